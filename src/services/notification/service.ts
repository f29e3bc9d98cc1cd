/** The notification service: tells people what happened to their orders and accounts. Its only door. */
import type { Database } from '../../platform/postgres.ts'
import type { Service } from '../../platform/service.ts'
import { type AccountMailsDeps, accountMails } from './account-mails.ts'
import { type EventMailsDeps, eventMails } from './event-mails.ts'
import { type StoredMail, findMail, findMails } from './mails.sql.ts'
import { type OrderMailsDeps, orderMails } from './order-mails.ts'
import { type RefundMailsDeps, refundMails } from './refund-mails.ts'

/** The mailbox page shows what would have been sent. */
export interface Mailbox {
  newest: (limit: number) => Promise<StoredMail[]>
  find: (id: number) => Promise<StoredMail | undefined>
}

export interface NotificationDeps
  extends OrderMailsDeps, EventMailsDeps, AccountMailsDeps, RefundMailsDeps {
  db: Database
}

export function notificationService(deps: NotificationDeps): Service & { mailbox: Mailbox } {
  return {
    name: 'notification',
    mailbox: {
      newest: async (limit) => await findMails(deps.db, limit),
      find: async (id) => await findMail(deps.db, id),
    },
    consumers: [
      ...orderMails(deps),
      ...eventMails(deps),
      ...accountMails(deps),
      ...refundMails(deps),
    ],
  }
}
