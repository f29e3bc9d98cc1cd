import { formatMoney } from '../../../kernel/money.ts'
import type { Block } from '../letter.ts'
import { type Mail, mailOf } from '../mail.ts'
import { type ConfirmedOrder, placeOf } from '../recipients.ts'
import { textsOf } from '../texts.ts'

/** The tickets, with the pictures that open the door where there are some. */
export function orderConfirmationMail(order: ConfirmedOrder): Mail {
  const { orderId, event, buyer, tickets, links = {} } = order
  const { language } = buyer
  const texts = textsOf(language)
  const count = tickets.length
  const blocks: Block[] = [
    { kind: 'paragraph', text: `${texts.hello(buyer.name)} ${texts.confirmation.intro(count)}` },
    { kind: 'event', ...event, place: placeOf(event) },
    ...tickets.map(({ ticketCode, qrPng }, index): Block => ({
      kind: 'ticket',
      label: texts.confirmation.ticket(index + 1, count),
      code: ticketCode,
      picture: qrPng && {
        cid: `ticket-${index + 1}.order-${orderId}@boxoffice.example`,
        filename: `${ticketCode}.png`,
        png: qrPng,
      },
    })),
    { kind: 'note', text: texts.confirmation.advice },
    {
      kind: 'facts',
      rows: [
        { label: texts.order, value: String(orderId) },
        { label: texts.tickets, value: String(count) },
        {
          label: texts.total,
          value:
            order.totalPriceCents === 0
              ? texts.free
              : formatMoney(order.totalPriceCents, event.currency, language),
        },
      ],
    },
    ...(
      [
        [texts.showOrder, links.order],
        [texts.confirmation.pdf, links.pdf],
        [texts.confirmation.calendar, links.calendar],
      ] as const
    ).flatMap(([label, url]): Block[] =>
      url === undefined ? [] : [{ kind: 'button', label, url }],
    ),
  ]
  return mailOf({
    cause: `order-${orderId}-confirmation`,
    to: buyer.email,
    letter: {
      language,
      subject: texts.confirmation.subject(event.name),
      preview: texts.confirmation.preview(count),
      title: texts.confirmation.title(event.name),
      blocks,
    },
  })
}
