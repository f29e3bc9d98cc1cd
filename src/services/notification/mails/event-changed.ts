import type { EventChange, EventFacts } from '../../../contracts/messages.ts'
import { moment } from '../dates.ts'
import { type Mail, mailOf } from '../mail.ts'
import { type Recipient, placeOf } from '../recipients.ts'
import { textsOf } from '../texts.ts'

/** What changed, as it was and as it is. */
export function eventChangedMail(told: {
  cause: string
  recipient: Recipient
  change: EventChange
}): Mail {
  const { recipient, change } = told
  const { before, after } = change
  const { language } = recipient
  const { hello, changed } = textsOf(language)
  const dateOf = (event: EventFacts) => moment(new Date(event.event_date), event.timezone, language)
  const rows = [
    { label: changed.name, before: before.name, after: after.name },
    { label: changed.date, before: dateOf(before), after: dateOf(after) },
    { label: changed.venue, before: placeOf(before), after: placeOf(after) },
  ]
  return mailOf({
    cause: told.cause,
    to: recipient.email,
    letter: {
      language,
      subject: changed.subject(after.name),
      preview: changed.preview,
      title: changed.title(after.name),
      blocks: [
        { kind: 'paragraph', text: `${hello(recipient.name)} ${changed.intro}` },
        { kind: 'changes', rows: rows.filter((row) => row.before !== row.after) },
        { kind: 'note', text: changed.valid },
      ],
    },
  })
}
