/** All that a run left behind, for the invariants to be held against. */
import type { ChainVerdict } from '../../src/services/admin/verify-audit-chain.ts'
import type { Books } from './history.sql.ts'
import type { BooksOfSimulator } from '../support/payment-simulator.ts'
import type { Call, Change, Deed, Reading } from './ledger.ts'
import type { ReceivedMail } from './mail-sink.ts'
import type { Delivery } from './payment-provider.ts'
import type { Edge, Snapshot } from './snapshots.ts'

export interface Evidence {
  calls: readonly Call[]
  deeds: readonly Deed[]
  readings: readonly Reading[]
  changes: readonly Change[]
  snapshots: readonly Snapshot[]
  /** What changed of the orders from one to the next. */
  edges: readonly Edge[]
  /** The one after everything had come to rest. */
  rest: Snapshot
  books: Books
  /** What the provider has in its own. */
  provider: BooksOfSimulator
  /** What it told, every copy. */
  deliveries: readonly Delivery[]
  chain: ChainVerdict
  mails: readonly ReceivedMail[]
  /** What the API says is left of each event, at rest, at each shop; null where it gave no answer. */
  remaining: readonly { eventId: number; shop: string; remaining: number | null }[]
  /** What the public proof of each event says at rest; null where there was no answer. */
  proofs: readonly { eventId: number; holds: boolean | null }[]
  /** From each healing to the first sale; undefined when there was none. */
  recoveries: readonly { what: string; seconds: number | undefined }[]
  /** Processes that ended without being killed, with their last words. */
  ended: readonly string[]
  /** Whether all messages and jobs were done within the time that they have. */
  cameToRest: boolean
  concessions: {
    mailsMayRepeat: boolean
    deadLetters: readonly string[]
    recoverySeconds: number
    requestsMayHang: boolean
    mailDelaySeconds: number | undefined
    lateMails: number
    expirySeconds: number
  }
}
