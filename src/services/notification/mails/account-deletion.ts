import type { Mail } from '../mail.ts'
import { textsOf } from '../texts.ts'
import { type AccountMail, linkMail } from './account-mail.ts'

/** Asks who has no password whether it is they who want their account deleted. */
export const accountDeletionMail = (told: AccountMail & { url: string }): Mail =>
  linkMail(told, textsOf(told.recipient.language).accountDeletion)
