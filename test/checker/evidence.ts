/** All that a run left behind, for the invariants to be held against. */
import type { ChainVerdict } from '../../src/services/admin/verify-audit-chain.ts'
import type { Books } from './history.sql.ts'
import type { Call, Change, Reading } from './ledger.ts'
import type { ReceivedMail } from './mail-sink.ts'
import type { Snapshot } from './snapshots.ts'

export interface Evidence {
  calls: readonly Call[]
  readings: readonly Reading[]
  changes: readonly Change[]
  snapshots: readonly Snapshot[]
  /** The one after everything had come to rest. */
  rest: Snapshot
  books: Books
  chain: ChainVerdict
  mails: readonly ReceivedMail[]
  /** What the API says is left of each event, at rest, at each shop; null where it gave no answer. */
  remaining: readonly { eventId: number; shop: string; remaining: number | null }[]
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
  }
}
