/** A mail as it leaves: a letter in both of its forms, with its pictures and its name. */
import { htmlOf } from './html-letter.tsx'
import { type Letter, type Picture, oneLine } from './letter.ts'
import { textOf } from './text-letter.ts'

export interface Mail {
  /** The same whatever is retried, so that a mail sent twice is recognised as one. */
  messageId: string
  to: string
  subject: string
  text: string
  html: string
  pictures: Picture[]
}

const DOMAIN = 'boxoffice.example'

/**
 * Makes a mail of a letter.
 * @param mail.cause What made it necessary, unique to it, e.g. `order-7-confirmation`.
 * @param mail.to The address.
 */
export function mailOf(mail: { cause: string; to: string; letter: Letter }): Mail {
  const { cause, to, letter } = mail
  return {
    messageId: `<${cause}@${DOMAIN}>`,
    to,
    subject: oneLine(letter.subject),
    text: textOf(letter),
    html: htmlOf(letter),
    pictures: letter.blocks.flatMap((block) =>
      block.kind === 'ticket' && block.picture !== undefined ? [block.picture] : [],
    ),
  }
}
