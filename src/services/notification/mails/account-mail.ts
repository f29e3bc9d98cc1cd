/** What mails about an account have in common: whom they go to, and the form they have. */
import type { Language } from '../../../kernel/language.ts'
import type { Block } from '../letter.ts'
import { type Mail, mailOf } from '../mail.ts'

export interface AccountMail {
  /** See `mailOf`. */
  cause: string
  recipient: { email: string; language: Language }
}

interface Words {
  subject: string
  preview: string
  title: string
}

export function accountMail(
  { cause, recipient }: AccountMail,
  { subject, preview, title }: Words,
  blocks: Block[],
): Mail {
  const { language, email: to } = recipient
  return mailOf({ cause, to, letter: { language, subject, preview, title, blocks } })
}

/** A mail that is there for its link. */
export function linkMail(
  told: AccountMail & { url: string },
  words: Words & { intro: string; button: string; advice: string },
): Mail {
  return accountMail(told, words, [
    { kind: 'paragraph', text: words.intro },
    { kind: 'button', label: words.button, url: told.url },
    { kind: 'note', text: words.advice },
  ])
}
