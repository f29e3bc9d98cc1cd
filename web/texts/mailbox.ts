/** The mailbox of a shop that sends no mail. */
import type { Texts } from './texts.ts'

const en = {
  title: 'Mailbox',
  why: 'No mail leaves this shop: what would have been sent is kept here, the newest first.',
  none: 'Nothing has been sent yet. Buy a ticket, and it is here.',
  all: 'All mails',
  to: 'To',
  made: 'Made',
  frame: 'The mail as it would look',
  asText: 'As plain text',
}

export const mailboxTexts: Texts<typeof en> = {
  en,
  de: {
    title: 'Postfach',
    why: 'Keine Mail verlässt diesen Shop: Was verschickt worden wäre, liegt hier, das Neueste zuerst.',
    none: 'Noch wurde nichts verschickt. Kaufen Sie ein Ticket, und es liegt hier.',
    all: 'Alle Mails',
    to: 'An',
    made: 'Verfasst',
    frame: 'Die Mail, wie sie aussähe',
    asText: 'Als reiner Text',
  },
}
