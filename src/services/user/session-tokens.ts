/** Tokens that only mean something to us: 256 random bits, of which PostgreSQL keeps the hash. */
import { createHash, createHmac, randomBytes } from 'node:crypto'

const BYTES = 32

export const createSessionToken = (): string => randomBytes(BYTES).toString('base64url')

export const createSuccessorSalt = (): Buffer => randomBytes(BYTES)

/** The token that replaces another: the same whenever it is asked for, and unknown without both. */
export const successorOf = (token: string, salt: Buffer): string =>
  createHmac('sha256', salt).update(token).digest('base64url')

export const sessionTokenHash = (token: string): Buffer =>
  createHash('sha256').update(token).digest()
