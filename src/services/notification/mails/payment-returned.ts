import { formatMoney } from '../../../kernel/money.ts'
import { type Mail, mailOf } from '../mail.ts'
import type { ReturnedOrder } from '../recipients.ts'
import { textsOf } from '../texts.ts'

/** Money came too late, or for a cancelled event: no ticket, and it goes back. */
export function paymentReturnedMail(order: ReturnedOrder): Mail {
  const { orderId, buyer, event } = order
  const { hello, order: orderLabel, returned } = textsOf(buyer.language)
  const why = order.isEventCancelled
    ? returned.eventCancelled(event.name)
    : returned.tooLate(event.name)
  const amount = formatMoney(order.totalPriceCents, event.currency, buyer.language)
  return mailOf({
    cause: `order-${orderId}-returned`,
    to: buyer.email,
    letter: {
      language: buyer.language,
      subject: returned.subject(event.name),
      preview: returned.preview,
      title: returned.title,
      blocks: [
        { kind: 'paragraph', text: `${hello(buyer.name)} ${why}` },
        {
          kind: 'facts',
          rows: [
            { label: returned.amount, value: amount },
            { label: orderLabel, value: String(orderId) },
          ],
        },
        { kind: 'note', text: returned.when },
      ],
    },
  })
}
