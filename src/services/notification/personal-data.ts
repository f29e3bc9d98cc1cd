/** What the notification service has about a person: the mails that were not really sent. */
import type { PersonalData } from '../../platform/personal-data.ts'
import type { Queryable } from '../../platform/postgres.ts'
import { deleteMailsOf, findMailsOf } from './mails.sql.ts'

export const notificationPersonalData = (db: Queryable): PersonalData => ({
  collect: async (userId) => ({ mails: await findMailsOf(db, userId) }),
  forget: deleteMailsOf,
})
