/**
 * Collects the money for an order: asks the provider, then settles what it said. The buyer waits
 * for it only a moment; the work goes on, and what a crash leaves open is found by the recovery.
 */
import type { Batcher } from './batcher.ts'
import type { Charge, NextAction, StartedPayment } from '../../contracts/payment-under-way.ts'
import type { Settled } from './settle-batch.ts'
import type { Settlement } from './settlement.sql.ts'

export interface CollectDeps {
  charge: Charge
  settlements: Batcher<Settlement, Settled>
  /** What is still going on after its buyer was answered. */
  background: Set<Promise<unknown>>
  onFault: (error: unknown, orderId: number) => void
}

export type Collected =
  | { kind: 'confirmed'; ticketCodes: string[] }
  /** Settled, by somebody else or before: look at the order. */
  | { kind: 'settled' }
  | { kind: 'declined'; declineCode: string | undefined }
  | { kind: 'action'; nextAction: NextAction }
  | { kind: 'released'; reason: string }
  | { kind: 'returned'; reason: string }
  /** No verdict in time. */
  | { kind: 'open' }

/** Design: no verdict within this is answered 202. In milliseconds. */
const VERDICT_MS_MAX = 1_500

/** Never throws for what the provider or the database does: that is `open`. */
export async function collectPayment(
  deps: CollectDeps,
  payment: StartedPayment,
): Promise<Collected> {
  const work = chargeAndSettle(deps, payment)
    .catch((error: unknown): Collected => {
      // The payment stays in flight, and the recovery asks the provider.
      deps.onFault(error, payment.orderId)
      return { kind: 'open' }
    })
    .finally(() => deps.background.delete(work))
  deps.background.add(work)
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<Collected>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: 'open' })
    }, VERDICT_MS_MAX)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}

async function chargeAndSettle(deps: CollectDeps, payment: StartedPayment): Promise<Collected> {
  const outcome = await deps.charge(payment)
  if (outcome === undefined) return { kind: 'open' }
  const { orderId, userId, eventId, quantity } = payment
  const settled = await deps.settlements.submit(eventId, {
    orderId,
    userId,
    eventId,
    quantity,
    ...outcome,
  })
  // One key has one answer, whoever is the first to know more.
  if (settled.wasAnswered) return { kind: 'settled' }
  switch (settled.result) {
    case 'granted':
      return { kind: 'confirmed', ticketCodes: settled.ticketCodes }
    case 'waiting':
      return { kind: 'action', nextAction: outcome.nextAction ?? { type: 'unknown' } }
    case 'declined':
      return { kind: 'declined', declineCode: outcome.declineCode }
    case 'released':
      return settled.reason === 'payment_declined'
        ? { kind: 'declined', declineCode: outcome.declineCode }
        : { kind: 'released', reason: settled.reason }
    case 'returned':
      return { kind: 'returned', reason: settled.reason }
    case 'unchanged':
      return { kind: 'settled' }
  }
}
