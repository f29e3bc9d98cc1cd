/** The audit log in PostgreSQL, and the chain that seals it. */
import type { AuditEntry } from '../../platform/audit.ts'
import type { Queryable, Transaction } from '../../platform/postgres.ts'

export async function insertAuditEntry(tx: Transaction, entry: AuditEntry): Promise<void> {
  await tx.query(
    `insert into audit_log (actor_id, action, subject_type, subject_id, before, after, request_id)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      entry.actorId,
      entry.action,
      entry.subjectType,
      entry.subjectId,
      entry.before === undefined ? null : JSON.stringify(entry.before),
      entry.after === undefined ? null : JSON.stringify(entry.after),
      entry.requestId ?? null,
    ],
  )
}

export interface LoggedEntry {
  id: number
  at: Date
  actorId: number | null
  action: string
  subjectType: string
  subjectId: number | null
  before: unknown
  after: unknown
  requestId: string | null
}

export interface AuditFilter {
  actorId?: number | undefined
  subjectType?: string | undefined
  subjectId?: number | undefined
}

/** Entries newest first, from below `page.before`. */
export async function findAuditEntries(
  db: Queryable,
  filter: AuditFilter,
  page: { limit: number; before: number | undefined },
): Promise<LoggedEntry[]> {
  return await db.query(
    `select id, at, actor_id as "actorId", action, subject_type as "subjectType",
            subject_id as "subjectId", before, after, request_id as "requestId"
       from audit_log
      where ($1::bigint is null or id < $1)
        and ($2::bigint is null or actor_id = $2)
        and ($3::text is null or subject_type = $3)
        and ($4::bigint is null or subject_id = $4)
      order by id desc
      limit $5`,
    [
      page.before ?? null,
      filter.actorId ?? null,
      filter.subjectType ?? null,
      filter.subjectId ?? null,
      page.limit,
    ],
  )
}

/** What somebody did, and what was done to their account; not by whom, if that was another. */
export async function findAuditEntriesAbout(db: Queryable, userId: number): Promise<object[]> {
  return await db.query(
    `select id, at, actor_id is not distinct from $1 as by_you, action, subject_type, subject_id,
            before, after, request_id
       from audit_log
      where actor_id = $1 or (subject_type = 'user' and subject_id = $1)
      order by id`,
    [userId],
  )
}

// The chain -------------------------------------------------------------------------------------

/** Held by the one process that seals; any number will do that nothing else uses. */
const SEALER_LOCK = 7_203_201

/**
 * An entry as one text, the same on every server and in every session: jsonb orders its keys
 * and writes its numbers in one way only.
 */
const CANONICAL = `jsonb_build_array(
  l.id, to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), l.actor_id, l.action,
  l.subject_type, l.subject_id, l.before, l.after, l.request_id)::text as canonical`

export interface Link {
  position: number
  hash: Buffer
}

/** Whether there is anything to seal; cheap enough to ask every second. */
export async function hasUnsealed(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>(
    'select exists (select 1 from audit_unsealed) as found',
  )
  return row?.found ?? false
}

/** Makes this transaction the only one that seals; false when another is. */
export async function tryLockChain(tx: Transaction): Promise<boolean> {
  const [row] = await tx.query<{ locked: boolean }>(
    'select pg_try_advisory_xact_lock($1) as locked',
    [SEALER_LOCK],
  )
  return row?.locked ?? false
}

/** The newest link; undefined before the first. */
export async function findLastLink(db: Queryable): Promise<Link | undefined> {
  const [row] = await db.query<Link>(
    'select position, hash from audit_chain order by position desc limit 1',
  )
  return row
}

/** The oldest entries that are not in the chain yet. */
export async function findUnsealed(
  tx: Transaction,
  limit: number,
): Promise<{ id: number; canonical: string }[]> {
  return await tx.query(
    `select l.id, ${CANONICAL}
       from audit_unsealed u join audit_log l on l.id = u.audit_id
      order by l.id
      limit $1`,
    [limit],
  )
}

/** Adds links to the chain, and takes their entries off the list of what is left to do. */
export async function insertLinks(
  tx: Transaction,
  links: readonly (Link & { auditId: number })[],
): Promise<void> {
  const auditIds = links.map((link) => link.auditId)
  await tx.query(
    `insert into audit_chain (position, audit_id, hash)
     select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])`,
    [links.map((link) => link.position), auditIds, links.map((link) => link.hash)],
  )
  await tx.query('delete from audit_unsealed where audit_id = any($1::bigint[])', [auditIds])
}

export interface SealedEntry extends Link {
  auditId: number
  canonical: string
}

/** Links with their entries, from after a position. */
export async function findSealedEntries(
  db: Queryable,
  page: { after: number; limit: number },
): Promise<SealedEntry[]> {
  return await db.query(
    `select c.position, c.hash, c.audit_id as "auditId", ${CANONICAL}
       from audit_chain c join audit_log l on l.id = c.audit_id
      where c.position > $1
      order by c.position
      limit $2`,
    [page.after, page.limit],
  )
}

/** An entry that is neither sealed nor waiting for it: its link was taken away. */
export async function findEntryWithoutLink(db: Queryable): Promise<number | undefined> {
  const [row] = await db.query<{ id: number }>(
    `select l.id from audit_log l
      where not exists (select 1 from audit_chain c where c.audit_id = l.id)
        and not exists (select 1 from audit_unsealed u where u.audit_id = l.id)
      order by l.id
      limit 1`,
  )
  return row?.id
}
