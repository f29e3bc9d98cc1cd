import type { EventChange } from '../../../contracts/messages.ts'
import { longDay, moment } from '../dates.ts'
import type { Block } from '../letter.ts'
import { type Mail, mailOf } from '../mail.ts'
import { type Recipient, placeOf } from '../recipients.ts'
import { textsOf } from '../texts.ts'

/** The new date, and until when the money may be taken back instead. */
export function eventPostponedMail(told: {
  cause: string
  recipient: Recipient
  change: EventChange
  refundUntil: Date | undefined
  /** Where the buyer's orders are. */
  ordersUrl: string
}): Mail {
  const { recipient, change, refundUntil } = told
  const { before, after } = change
  const { language } = recipient
  const { hello, postponed } = textsOf(language)
  const startsAt = new Date(after.event_date)
  const refund: Block[] =
    refundUntil === undefined
      ? []
      : [
          {
            kind: 'paragraph',
            text: postponed.refund(moment(refundUntil, after.timezone, language)),
          },
          { kind: 'button', label: postponed.showOrders, url: told.ordersUrl },
        ]
  return mailOf({
    cause: told.cause,
    to: recipient.email,
    letter: {
      language,
      subject: postponed.subject(after.name),
      preview: postponed.preview(longDay(startsAt, after.timezone, language)),
      title: postponed.title(after.name),
      blocks: [
        { kind: 'paragraph', text: `${hello(recipient.name)} ${postponed.intro}` },
        {
          kind: 'event',
          name: after.name,
          startsAt,
          timezone: after.timezone,
          place: placeOf(after),
        },
        {
          kind: 'changes',
          rows: [
            {
              label: postponed.date,
              before: moment(new Date(before.event_date), before.timezone, language),
              after: moment(startsAt, after.timezone, language),
            },
          ],
        },
        ...refund,
      ],
    },
  })
}
