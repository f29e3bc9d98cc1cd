/** What each service has about people, for the user service to show and to have forgotten. */
import type { PersonalData } from './platform/personal-data.ts'
import type { Queryable } from './platform/postgres.ts'
import { adminPersonalData } from './services/admin/personal-data.ts'
import { eventPersonalData } from './services/event/personal-data.sql.ts'
import { notificationPersonalData } from './services/notification/personal-data.ts'
import { paymentPersonalData } from './services/payment/personal-data.sql.ts'
import { ticketingPersonalData } from './services/ticketing/personal-data.sql.ts'

export const personalDataOfServices = (db: Queryable): readonly PersonalData[] =>
  [
    eventPersonalData,
    ticketingPersonalData,
    paymentPersonalData,
    notificationPersonalData,
    adminPersonalData,
  ].map((part) => part(db))
