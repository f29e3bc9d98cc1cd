/**
 * Chains entries of the audit log, so that none can be changed or taken away later without it
 * showing. Runs beside everything else: whoever writes an entry only leaves a note that it has to
 * be sealed, so that no request ever waits for the chain. The order is that in which the sealer
 * came to see the entries; a long transaction that commits late is simply sealed later.
 */
import type { Database } from '../../platform/postgres.ts'
import { CHAIN_START, linkHash } from './audit-chain.ts'
import { findLastLink, findUnsealed, hasUnsealed, insertLinks, tryLockChain } from './audit.sql.ts'

const BATCH_MAX = 500

/** Seals everything that is there, unless another process is at it. @returns How many entries. */
export async function sealAuditLog(db: Database): Promise<number> {
  let sealed = 0
  while (await hasUnsealed(db)) {
    const count = await sealBatch(db)
    if (count === 0) break
    sealed += count
  }
  return sealed
}

async function sealBatch(db: Database): Promise<number> {
  return await db.transaction(async (tx) => {
    if (!(await tryLockChain(tx))) return 0
    const last = (await findLastLink(tx)) ?? { position: 0, hash: CHAIN_START }
    const entries = await findUnsealed(tx, BATCH_MAX)
    let { position, hash } = last
    const links = entries.map((entry) => {
      position += 1
      hash = linkHash(hash, entry.canonical)
      return { position, hash, auditId: entry.id }
    })
    await insertLinks(tx, links)
    return links.length
  })
}
