import type { Mail } from '../mail.ts'
import { textsOf } from '../texts.ts'
import { type AccountMail, accountMail } from './account-mail.ts'

/** Says that an account is gone. */
export function farewellMail(told: AccountMail): Mail {
  const words = textsOf(told.recipient.language).farewell
  return accountMail(told, words, [
    { kind: 'paragraph', text: words.intro },
    { kind: 'note', text: words.advice },
  ])
}
