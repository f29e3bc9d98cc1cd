import type { Mail } from '../mail.ts'
import { textsOf } from '../texts.ts'
import { type AccountMail, linkMail } from './account-mail.ts'

/**
 * Says that an account elsewhere opens this one, too.
 * @param told.provider As its buttons call it.
 * @param told.url Where it can be disconnected.
 */
export function identityConnectedMail(told: AccountMail & { provider: string; url: string }): Mail {
  const words = textsOf(told.recipient.language).identityConnected
  return linkMail(told, { ...words, intro: words.intro(told.provider) })
}
