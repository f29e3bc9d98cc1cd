/** How one link of the audit chain follows from the one before and the entry it seals. */
import { createHash } from 'node:crypto'

/** What comes before the first link. */
export const CHAIN_START = Buffer.alloc(32)

/** SHA-256 over the hash of the link before and the canonical text of the entry. */
export const linkHash = (previousHash: Buffer, canonical: string): Buffer =>
  createHash('sha256').update(previousHash).update(canonical).digest()
