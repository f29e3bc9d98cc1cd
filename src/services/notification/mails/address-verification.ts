import type { Mail } from '../mail.ts'
import { textsOf } from '../texts.ts'
import { type AccountMail, linkMail } from './account-mail.ts'

/**
 * Asks whether the address is theirs. Nothing that was typed at registration is in it: anybody can
 * register anybody's address, and must not be able to have us write to them what they like.
 */
export const addressVerificationMail = (told: AccountMail & { url: string }): Mail =>
  linkMail(told, textsOf(told.recipient.language).verification)
