/** The notification service: tells buyers what happened to their orders. Its only door. */
import type { Messages } from '../../contracts/messages.ts'
import type { SendMail } from '../../platform/mail.ts'
import { consumer } from '../../platform/outbox/consumer.ts'
import type { Database } from '../../platform/postgres.ts'
import type { Service } from '../../platform/service.ts'
import { type ConfirmedOrder, confirmationMail } from './confirmation-mail.ts'
import { type StoredMail, findMails, storeMail } from './mails.sql.ts'

/** The mailbox page shows what would have been sent. */
export interface Mailbox {
  newest: (limit: number) => Promise<StoredMail[]>
}

export interface NotificationDeps {
  db: Database
  /** Sends for real; undefined keeps every mail in the mailbox. */
  sendMail: SendMail | undefined
  /** Lower-case addresses whose mail stays in the mailbox: those of the sample accounts. */
  neverSendTo: ReadonlySet<string>
  findConfirmedOrder: (orderId: number) => Promise<ConfirmedOrder | undefined>
}

export function notificationService(deps: NotificationDeps): Service & { mailbox: Mailbox } {
  return {
    name: 'notification',
    mailbox: { newest: async (limit) => await findMails(deps.db, limit) },
    consumers: [
      consumer({
        topic: 'orders.placed',
        name: 'mail-confirmation',
        effects: (message: Messages['orders.placed']) =>
          message.order_ids.map((orderId) => ({ id: `order ${orderId}`, data: { orderId } })),
        async handle({ orderId }: { orderId: number }, tx) {
          const order = await deps.findConfirmedOrder(orderId)
          // Nobody deletes orders, so this is a message from a database that was set back.
          if (order === undefined) return
          const mail = confirmationMail(order)
          if (deps.sendMail === undefined || deps.neverSendTo.has(mail.to.toLowerCase())) {
            await storeMail(tx, mail)
          } else {
            await deps.sendMail(mail)
          }
        },
      }),
    ],
  }
}
