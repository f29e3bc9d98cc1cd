/** How one purchase is paid and what becomes of it, drawn from the crowd's chance. */
import type { Random } from '../../bench/onsale/random.ts'

export interface Life {
  /** Held first; undefined is paid at once. */
  hold: { thinkMs: number; end: HoldEnd } | undefined
  /** Of what is paid at once; undefined leaves it to the shop. */
  paymentMethod: string | undefined
  /** What a buyer does who has to show that the card is theirs. */
  authentication: 'complete' | 'fail' | 'abandon'
  authenticationMs: number
  /** What the organizer takes back when it is paid. */
  takenBack: { afterMs: number; what: 'all' | 'one' } | undefined
}

export type HoldEnd = keyof typeof HOLD_ENDS

/** How long a hold lasts in a run, in seconds. */
export const HOLD_SECONDS = 5

export const PAYS = 'pm_card_visa'
/** The provider says yes, and that a refund takes a while. */
const PAYS_BACK_LATE = 'pm_card_pendingRefund'
export const DECLINED = 'pm_card_chargeDeclined'
const NO_FUNDS = 'pm_card_chargeDeclinedInsufficientFunds'
export const ASKS_BUYER = 'pm_card_authenticationRequired'

const HOLD_SHARE = 0.5
const HOLD_ENDS = {
  pay: 9,
  'pay at the last moment': 2,
  'pay twice': 2,
  'declined, then pay': 2,
  declined: 1,
  authenticate: 2,
  'give back': 2,
  'pay and give back': 1,
  abandon: 3,
}
const METHODS: readonly (readonly [string | undefined, number])[] = [
  [undefined, 6],
  [PAYS, 6],
  [PAYS_BACK_LATE, 1],
  [DECLINED, 1],
  [NO_FUNDS, 1],
  [ASKS_BUYER, 1],
]
const AUTHENTICATIONS = ['complete', 'fail', 'abandon'] as const
const AUTHENTICATION_WEIGHTS = [3, 1, 1]
const THINKING_MS = { min: 0, max: 1_500 }
const TAKEN_BACK_SHARE = 0.12
const TAKEN_BACK_MS = { min: 0, max: 3_000 }

/** Draws the same number of times whatever comes out, so that one choice does not shift the others. */
export function drawLife(random: Random): Life {
  const isHold = random.next() < HOLD_SHARE
  const thinkMs = random.integer(THINKING_MS.min, THINKING_MS.max)
  const end = Object.keys(HOLD_ENDS)[random.weighted(Object.values(HOLD_ENDS))] as HoldEnd
  const method = METHODS[random.weighted(METHODS.map(([, weight]) => weight))]
  const authentication = AUTHENTICATIONS[random.weighted(AUTHENTICATION_WEIGHTS)] ?? 'complete'
  const authenticationMs = random.integer(THINKING_MS.min, THINKING_MS.max)
  const isTakenBack = random.next() < TAKEN_BACK_SHARE
  const afterMs = random.integer(TAKEN_BACK_MS.min, TAKEN_BACK_MS.max)
  const what = random.next() < 0.5 ? 'all' : 'one'
  return {
    hold: isHold ? { thinkMs, end } : undefined,
    paymentMethod: isHold ? undefined : method?.[0],
    authentication,
    authenticationMs,
    takenBack: isTakenBack ? { afterMs, what } : undefined,
  }
}
