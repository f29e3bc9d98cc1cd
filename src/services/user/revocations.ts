/**
 * Which access tokens lost their rights before they expire: for each user changed lately, the
 * version that a token must have at least. Read from PostgreSQL every few seconds, so that every
 * process knows within that time, and noted at once in the process that made the change.
 */
import type { Clock } from '../../kernel/clock.ts'
import type { Queryable } from '../../platform/postgres.ts'
import { findRevocationsSince } from './users.sql.ts'

/** Longer than any token lives: 15 minutes, the leeway, and the time between two readings. */
export const REVOCATION_KEPT_SECONDS = 1_200

export interface Revocations {
  minimumVersionOf: (userId: number) => number | undefined
  /** Notes that older tokens of the user are no longer good. */
  note: (user: { id: number; tokenVersion: number }) => void
  /** Reads what other processes revoked. */
  refresh: () => Promise<void>
}

export function createRevocations(db: Queryable, clock: Clock): Revocations {
  const entries = new Map<number, { tokenVersion: number; notedAt: number }>()

  const note = (userId: number, tokenVersion: number) => {
    const known = entries.get(userId)?.tokenVersion ?? 0
    entries.set(userId, { tokenVersion: Math.max(known, tokenVersion), notedAt: clock() })
  }

  return {
    minimumVersionOf: (userId) => entries.get(userId)?.tokenVersion,
    note: (user) => {
      note(user.id, user.tokenVersion)
    },
    async refresh() {
      for (const row of await findRevocationsSince(db, REVOCATION_KEPT_SECONDS)) {
        note(row.userId, row.tokenVersion)
      }
      // Entries are dropped by their age, never because a reading lacks them: it may have begun
      // before the change that was noted meanwhile.
      const oldest = clock() - REVOCATION_KEPT_SECONDS * 1000
      for (const [userId, entry] of entries) {
        if (entry.notedAt < oldest) entries.delete(userId)
      }
    },
  }
}
