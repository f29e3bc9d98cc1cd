/** I10, I13, I16: how orders begin and end, hold by hold and edge by edge. */
import { type Check, counted, groupBy } from '../../bench/onsale/check.ts'
import { inSnapshots, notZero } from './check-stock.ts'
import type { Evidence } from './evidence.ts'
import { placedIn } from './promises.ts'
import type { Snapshot } from './snapshots.ts'

export function checkHolds(evidence: Evidence): Check[] {
  return [holdsEnd(evidence), cancelled(evidence), transitions(evidence)]
}

const [STATUS, REASON, PAYMENT] = [0, 1, 2] as const

function holdsEnd({ edges, snapshots, deeds, books, rest, concessions }: Evidence): Check {
  const faults: string[] = []
  const ends = edges.filter(({ from, to }) => isPending(from) && !isPending(to))
  for (const [orderId, all] of groupBy(ends, (edge) => edge.orderId)) {
    if (all.length > 1) faults.push(`the hold of order ${orderId} ended ${all.length} times`)
  }
  for (const { orderId, from, to } of edges) {
    if (from !== undefined && !isPending(from) && isPending(to)) {
      faults.push(`order ${orderId} was ${from} and is held again`)
    }
  }
  const slowest = Math.max(0, ...snapshots.map((snapshot) => snapshot.overdueSeconds))
  if (slowest > concessions.expirySeconds) {
    faults.push(`a hold was kept ${slowest.toFixed(1)} s beyond its end, not ${concessions.expirySeconds} s at most`) // prettier-ignore
  }
  if (rest.holdsLeft > 0) faults.push(`${counted(rest.holdsLeft, 'hold')} never ended`)
  const orders = new Map(books.orders.map((order) => [order.id, order]))
  for (const { kind, orderId, status, order: told } of deeds) {
    if (kind !== 'give back' || status !== 200) continue
    const order = orders.get(orderId)
    // One that was paid and taken back by then is told of as that.
    const wasPaid = told?.reason === 'given_back' && order?.confirmedAt !== null
    if (order?.status !== 'CANCELLED' || wasPaid) {
      faults.push(`order ${orderId} was given back and is ${order?.status ?? 'gone'}${wasPaid ? ', paid' : ''}`) // prettier-ignore
    }
  }
  return {
    id: 'I10',
    claim: 'Each hold ends once, and in time',
    examined: `${counted(ends.length, 'end')}, ${slowest.toFixed(1)} s late at most`,
    faults,
  }
}

const isPending = (state: string | undefined): boolean => state?.startsWith('PENDING') === true

/** After the answer nobody gets in; at rest everybody has all of the money back, once. */
function cancelled({ deeds, calls, books, provider }: Evidence): Check {
  const faults: string[] = []
  const calledOff = new Map(
    deeds
      .filter(({ kind, status }) => kind === 'cancel' && status === 200)
      .map((deed) => [deed.eventId, deed.completedAt ?? Number.POSITIVE_INFINITY]),
  )
  for (const { call, placed } of placedIn(calls)) {
    const since = calledOff.get(placed.eventId)
    const order = books.orders.find(({ id }) => id === placed.orderId)
    // A replay says what was said before.
    const isNew = order !== undefined && since !== undefined && order.placedAt.getTime() > since
    if (isNew && call.invokedAt > since) {
      faults.push(`order ${placed.orderId} was placed after event ${placed.eventId} was cancelled`)
    }
  }
  const events = new Set(books.events.filter((event) => event.isCancelled).map(({ id }) => id))
  for (const eventId of calledOff.keys()) {
    if (!events.has(eventId)) faults.push(`event ${eventId} was cancelled and is on again`)
  }
  const ofEvents = books.orders.filter((order) => events.has(order.eventId))
  const ids = new Set(ofEvents.map((order) => order.id))
  for (const order of ofEvents) {
    const live = order.ticketCodes.length - order.voidedCodes.length
    if (order.status !== 'CANCELLED' || live > 0) {
      faults.push(`order ${order.id} of a cancelled event is ${order.status} with ${counted(live, 'ticket')}`) // prettier-ignore
    }
  }
  const captures = provider.captures.filter(({ order_id: orderId }) => ids.has(Number(orderId)))
  for (const { charge, order_id: orderId, amount } of captures) {
    const back = provider.refunds.filter((refund) => refund.charge === charge && refund.status === 'succeeded') // prettier-ignore
    const total = back.reduce((sum, refund) => sum + refund.amount, 0)
    if (total !== amount) faults.push(`order ${orderId ?? '?'} of a cancelled event had ${total} of ${amount} back`) // prettier-ignore
  }
  return {
    id: 'I13',
    claim: 'A cancelled event sells nothing more and gives everything back, once',
    examined: `${counted(events.size, 'event')}, ${counted(captures.length, 'payment')}`,
    faults,
  }
}

/** What the status of an order may turn into, from one snapshot to the next. */
function isLegal(from: string | undefined, to: string | undefined): boolean {
  if (from === undefined) return true
  if (to === undefined) return false
  const before = from.split('/')
  const after = to.split('/')
  return orderMay(before, after) && paymentMay(before[PAYMENT] ?? '', after[PAYMENT] ?? '')
}

function orderMay(before: string[], after: string[]): boolean {
  const [was, is] = [before[STATUS], after[STATUS]]
  const [why, whyNow] = [before[REASON] ?? '', after[REASON] ?? '']
  if (was === 'PENDING') return true
  if (was === 'CONFIRMED') {
    return is === 'CONFIRMED' || (is === 'CANCELLED' && TAKEN_BACK.includes(whyNow))
  }
  // Late money, and what became of it until the next snapshot.
  const mayBeLate = ['expired', 'payment_declined'].includes(why)
  if (is === 'CONFIRMED') return mayBeLate && after[PAYMENT] === 'captured'
  if (is !== 'CANCELLED') return false
  return whyNow === why || (mayBeLate && TAKEN_BACK.includes(whyNow) && after[PAYMENT] === 'returned') // prettier-ignore
}

const TAKEN_BACK = ['refunded', 'event_cancelled']

/** What is captured is never anything else but given back, and what is void stays so. */
function paymentMay(was: string, is: string): boolean {
  if (was === is) return true
  if (was === 'captured') return is === 'returned'
  return was !== 'returned' && was !== 'voided' && is !== ''
}

function transitions(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'wrongStates')
  for (const { orderId, from, to } of evidence.edges) {
    if (isLegal(from, to)) continue
    faults.push(`order ${orderId} was ${from ?? 'new'} and then ${to ?? 'gone'}`)
  }
  let before: Snapshot | undefined
  for (const snapshot of evidence.snapshots) {
    if (before !== undefined) {
      for (const name of ['orders', 'confirmed', 'tickets', 'voided'] as const) {
        if (snapshot[name] >= before[name]) continue
        faults.push(`${name} fell from ${before[name]} to ${snapshot[name]}`)
      }
    }
    before = snapshot
  }
  return {
    id: 'I16',
    claim: 'Orders, tickets and payments go only where they may',
    examined: `${inSnapshots(evidence)}, ${counted(evidence.edges.length, 'step')}`,
    faults,
  }
}
