import type { Mail } from '../mail.ts'
import { textsOf } from '../texts.ts'
import { type AccountMail, linkMail } from './account-mail.ts'

/** Asks at a new address whether it is theirs. It names nobody: it may be a stranger's. */
export const newAddressMail = (told: AccountMail & { url: string }): Mail =>
  linkMail(told, textsOf(told.recipient.language).newAddress)
