import type { Queryable } from '../../platform/postgres.ts'
import { CHAIN_START, linkHash } from './audit-chain.ts'
import { findEntryWithoutLink, findSealedEntries } from './audit.sql.ts'

const BATCH = 1_000

export type ChainVerdict =
  | { isIntact: true; sealed: number }
  /** The first entry that is not as it was when it was sealed, or that lost its link. */
  | { isIntact: false; auditId: number }

/** Reads the whole audit log and holds it to its chain. */
export async function verifyAuditChain(db: Queryable): Promise<ChainVerdict> {
  let position = 0
  let hash: Buffer = CHAIN_START
  for (;;) {
    const entries = await findSealedEntries(db, { after: position, limit: BATCH })
    for (const entry of entries) {
      position += 1
      hash = linkHash(hash, entry.canonical)
      if (entry.position !== position || !entry.hash.equals(hash)) {
        return { isIntact: false, auditId: entry.auditId }
      }
    }
    if (entries.length < BATCH) break
  }
  const unlinked = await findEntryWithoutLink(db)
  if (unlinked !== undefined) return { isIntact: false, auditId: unlinked }
  return { isIntact: true, sealed: position }
}
