import { formatMoney } from '../../../kernel/money.ts'
import type { Block } from '../letter.ts'
import { type Mail, mailOf } from '../mail.ts'
import type { SentRefund } from '../recipients.ts'
import { textsOf } from '../texts.ts'

/** Money has gone back: how much, and which tickets it was for. */
export function refundSentMail(sent: SentRefund): Mail {
  const { buyer, event, ticketCodes } = sent
  const { hello, order, refund, confirmation } = textsOf(buyer.language)
  const amount = formatMoney(sent.amountCents, event.currency, buyer.language)
  const count = ticketCodes.length
  const tickets: Block[] = [
    { kind: 'paragraph', text: refund.invalid(count) },
    ...ticketCodes.map((code, index): Block => ({
      kind: 'ticket',
      label: confirmation.ticket(index + 1, count),
      code,
      picture: undefined,
    })),
  ]
  return mailOf({
    cause: `refund-${sent.refundId}`,
    to: buyer.email,
    letter: {
      language: buyer.language,
      subject: refund.subject(event.name),
      preview: refund.preview(amount),
      title: refund.title(amount),
      blocks: [
        { kind: 'paragraph', text: `${hello(buyer.name)} ${refund.intro}` },
        {
          kind: 'facts',
          rows: [
            { label: refund.amount, value: amount },
            { label: order, value: `${sent.orderId}, ${event.name}` },
          ],
        },
        ...(count === 0 ? [] : tickets),
      ],
    },
  })
}
