/**
 * The tokens of links in mails: who has one reads the mails of its owner. A token is made when its
 * mail is, out of the request for it and a secret of ours, so that it stands in no message and no
 * job, and a mail that is sent twice has the same link twice. PostgreSQL keeps its hash.
 */
import { createHash, createHmac } from 'node:crypto'
import { AppError } from '../../kernel/errors.ts'
import type { Transaction } from '../../platform/postgres.ts'
import { type UserTokenKind, insertUserToken } from './user-tokens.sql.ts'

const LIFETIME_SECONDS: Record<UserTokenKind, number> = {
  password_reset: 3_600,
  email_verification: 86_400,
  email_change: 86_400,
  account_deletion: 3_600,
}

export interface TokenRequest {
  kind: UserTokenKind
  userId: number
  /** What tells this request from every other. */
  request: string
  /** Of `email_change`: the new address. */
  email?: string | undefined
}

/**
 * Makes a token that is good once `tx` is committed.
 * @param secret 256 bits that nobody else knows.
 * @returns 256 bits, as they are written in a link.
 */
export async function makeUserToken(
  tx: Transaction,
  secret: Buffer,
  asked: TokenRequest,
): Promise<string> {
  const { kind, userId, request, email } = asked
  const token = createHmac('sha256', secret)
    .update(`${kind} ${userId} ${request}`)
    .digest('base64url')
  const lifetimeSeconds = LIFETIME_SECONDS[kind]
  const tokenHash = userTokenHash(token)
  await insertUserToken(tx, { tokenHash, kind, userId, email, lifetimeSeconds })
  return token
}

export const userTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()

export const deadToken = (): AppError =>
  new AppError('invalid_value', {
    field: 'token',
    detail: 'This link was used before or has expired. Ask for a new one.',
  })
