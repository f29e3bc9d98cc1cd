/** What the buyer of an order does after an answer, by the course that the plan has drawn. */
import type { Course } from './crowd.ts'
import type { Outcome } from './ledger.ts'
import type { Request } from './wire.ts'

/** Stripe's test cards. */
const GOOD = 'pm_card_visa'
const FIRST_CARD: Record<Exclude<Course, 'abandons'>, string> = {
  at_once: GOOD,
  pays: GOOD,
  declined: 'pm_card_chargeDeclined',
  authenticates: 'pm_card_authenticationRequired',
}
/** Between two looks at an order that has no verdict yet. */
const LOOK_EVERY_MS = 500
/** About twice as long as a recovery takes. */
const LOOKS_MAX = 60
const BANK_MS_MAX = 10_000

export interface Step {
  request: Request
  afterMs: number
  /** Before that, the buyer has to show to the bank who it is. */
  bankUrl?: string
}

/** @returns Undefined when there is nothing more to do. */
export function stepAfter(request: Request, outcome: Outcome): Step | undefined {
  if (outcome.kind === 'refused') return afterRefusal(request, outcome.code)
  if (outcome.kind !== 'placed' || outcome.status !== 'PENDING') return undefined
  const { orderId, actionUrl } = outcome
  const about = { ...request, orderId, key: undefined, then: undefined }
  switch (request.what) {
    case 'buy':
      if (request.course === 'abandons') return undefined
      // It was to be paid at once, and nobody knows yet.
      if (request.course === 'at_once') return look(about)
      return { request: { ...about, what: 'pay', method: FIRST_CARD[request.course], tries: 1 }, afterMs: request.thinkMs } // prettier-ignore
    case 'pay':
      return actionUrl === undefined ? look(about) : { ...look(about), bankUrl: actionUrl }
    case 'look':
      return request.tries < LOOKS_MAX ? look(about, request.tries + 1) : undefined
    case 'list':
    case 'event':
    case 'wrong':
      return undefined
  }
}

function afterRefusal(request: Request, code: string): Step | undefined {
  if (request.what !== 'pay') return undefined
  if (code === 'payment_in_progress') return look(request)
  if (code !== 'payment_declined' || request.method === GOOD) return undefined
  return { request: { ...request, method: GOOD, tries: 1 }, afterMs: request.thinkMs }
}

const look = (request: Request, tries = 1): Step => ({
  request: { ...request, what: 'look', tries },
  afterMs: LOOK_EVERY_MS,
})

/** What a person does on the page of the bank. A bank that does not answer leaves the order as it is. */
export async function authenticate(url: string): Promise<void> {
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'result=complete',
    signal: AbortSignal.timeout(BANK_MS_MAX),
  }).catch(() => undefined)
}
