import type { Mail } from '../mail.ts'
import { textsOf } from '../texts.ts'
import { type AccountMail, accountMail } from './account-mail.ts'

/**
 * Tells the old address of an account that there is to be a new one, or is one.
 * @param told.url Where the password can be changed, while that still stops it.
 */
export function addressChangeMail(
  stage: 'asked' | 'done',
  told: AccountMail & { newEmail: string; url?: string },
): Mail {
  const texts = textsOf(told.recipient.language).addressChange
  const words = texts[stage]
  return accountMail(told, words, [
    { kind: 'paragraph', text: words.intro(shortened(told.newEmail)) },
    { kind: 'note', text: words.advice },
    ...(told.url === undefined
      ? []
      : [{ kind: 'button' as const, label: texts.button, url: told.url }]),
  ])
}

/** `a…@example.com`: its owner knows it by that, and who reads along does not. */
const shortened = (email: string): string => {
  const [first = ''] = email
  return `${first}…${email.slice(email.indexOf('@'))}`
}
