import type { Transaction } from './postgres.ts'

/** Something that was done, for the log of who did what. Never put a secret into it. */
export interface AuditEntry {
  /** The user who did it; null for the command line. */
  actorId: number | null
  /** What was done, subject first, e.g. `event.changed`. */
  action: string
  subjectType: string
  subjectId: number | null
  /** What was changed, as it was; and as it is now. */
  before?: object | undefined
  after?: object | undefined
  requestId?: string | undefined
}

/** Writes an entry in the transaction of the deed: it is there if and only if that commits. */
export type Audit = (tx: Transaction, entry: AuditEntry) => Promise<void>
