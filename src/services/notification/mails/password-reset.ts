import type { Mail } from '../mail.ts'
import { textsOf } from '../texts.ts'
import { type AccountMail, linkMail } from './account-mail.ts'

/** The way to a new password. It names nobody: whoever reads it may not be whom we know. */
export const passwordResetMail = (told: AccountMail & { url: string }): Mail =>
  linkMail(told, textsOf(told.recipient.language).passwordReset)
