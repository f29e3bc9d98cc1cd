/**
 * What the shop has about a person, told by each service for the tables that it owns. The user
 * service asks all of them when somebody wants to see it, or to be forgotten; `compose.ts` hands
 * them in, so that no service knows another.
 */
import type { Transaction } from './postgres.ts'

/** Why somebody cannot leave yet; `tickets_ahead` is their own to decide. */
export type ReasonToStay =
  'open_orders' | 'payments_under_way' | 'events_ahead' | 'last_admin' | 'tickets_ahead'

export interface Ties {
  reason: ReasonToStay
  /** How many there are. */
  count: number
}

export interface PersonalData {
  /** All there is, by its name, ready for JSON: no hash, no token, nothing of other people. */
  collect: (userId: number) => Promise<Record<string, unknown>>
  /** What ties a user to the shop. Called with the user locked against new purchases. */
  findTies?: (tx: Transaction, userId: number) => Promise<Ties[]>
  /** Removes what need not stay, in the transaction that makes the account nobody's. */
  forget?: (tx: Transaction, userId: number) => Promise<void>
}

/** Those of several counts that are not zero. */
export const tiesOf = (counts: Partial<Record<ReasonToStay, number>>): Ties[] =>
  (Object.entries(counts) as [ReasonToStay, number][])
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => ({ reason, count }))
