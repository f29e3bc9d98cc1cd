import type { EventFacts } from '../../../contracts/messages.ts'
import { type Mail, mailOf } from '../mail.ts'
import { type Recipient, placeOf } from '../recipients.ts'
import { textsOf } from '../texts.ts'

/** It will not take place, and the money comes back. */
export function eventCancelledMail(told: {
  cause: string
  recipient: Recipient
  event: EventFacts
}): Mail {
  const { recipient, event } = told
  const { hello, cancelled } = textsOf(recipient.language)
  return mailOf({
    cause: told.cause,
    to: recipient.email,
    letter: {
      language: recipient.language,
      subject: cancelled.subject(event.name),
      preview: cancelled.preview,
      title: cancelled.title(event.name),
      blocks: [
        { kind: 'paragraph', text: `${hello(recipient.name)} ${cancelled.intro}` },
        {
          kind: 'event',
          name: event.name,
          startsAt: new Date(event.event_date),
          timezone: event.timezone,
          place: placeOf(event),
        },
        { kind: 'note', text: cancelled.invalid },
      ],
    },
  })
}
