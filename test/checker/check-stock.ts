/** I1, I2, I9, I16, I20: what every snapshot must say of stock, limits, states and prices. */
import { type Check, counted, groupBy, sum } from '../../bench/onsale/check.ts'
import type { Evidence } from './evidence.ts'
import type { Call } from './ledger.ts'
import type { Numbers } from './snapshots.sql.ts'
import type { Snapshot } from './snapshots.ts'

export function checkStock(evidence: Evidence): Check[] {
  return [notOversold(evidence), conserved(evidence), limitKept(evidence), states(evidence), price(evidence)] // prettier-ignore
}

/** The first snapshot in which one of these is not zero, in words. */
export function notZero(snapshots: readonly Snapshot[], ...names: (keyof Numbers)[]): string[] {
  return names.flatMap((name) => {
    const wrong = snapshots.filter((snapshot) => snapshot[name] !== 0)
    const first = wrong[0]
    if (first === undefined) return []
    return [`${name} is ${first[name]} at ${new Date(first.at).toISOString()}, in ${counted(wrong.length, 'snapshot')}`] // prettier-ignore
  })
}

export const placedIn = (calls: readonly Call[]) =>
  calls.flatMap((call) => (call.outcome.kind === 'placed' ? [{ call, placed: call.outcome }] : []))

/** Each order that was confirmed to somebody, once. */
const confirmedOrders = (calls: readonly Call[]) => [
  ...new Map(placedIn(calls).map((each) => [each.placed.orderId, each])).values(),
]

const inSnapshots = (evidence: Evidence) => counted(evidence.snapshots.length, 'snapshot')

function notOversold(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'oversold')
  const capacities = new Map(evidence.books.events.map((event) => [event.id, event.capacity]))
  const byEvent = groupBy(confirmedOrders(evidence.calls), ({ placed }) => placed.eventId)
  for (const [eventId, orders] of byEvent) {
    const promised = sum(orders, ({ placed }) => placed.ticketCodes.length)
    const capacity = capacities.get(eventId) ?? 0
    if (promised > capacity) {
      faults.push(`event ${eventId} has ${capacity} places, and ${promised} were promised`)
    }
  }
  return { id: 'I1', claim: 'No oversell', examined: inSnapshots(evidence), faults }
}

function conserved(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'unbalanced', 'wrongTickets')
  const free = new Map(evidence.books.events.map((event) => [event.id, event.free]))
  for (const { eventId, shop, remaining } of evidence.remaining) {
    if (remaining === free.get(eventId)) continue
    faults.push(`${shop} says ${remaining ?? 'nothing'} of event ${eventId} is left at rest, and ${free.get(eventId) ?? 0} is`) // prettier-ignore
  }
  return {
    id: 'I2',
    claim: 'Free, held and sold make up the capacity',
    examined: inSnapshots(evidence),
    faults,
  }
}

function limitKept(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'overLimit')
  const limits = new Map(evidence.books.events.map((event) => [event.id, event.maxPerUser]))
  const owner = ({ call, placed }: ReturnType<typeof placedIn>[number]) =>
    `${call.purchase.userId} ${placed.eventId}`
  for (const [who, orders] of groupBy(confirmedOrders(evidence.calls), owner)) {
    const has = sum(orders, ({ placed }) => placed.quantity)
    const limit = limits.get(orders[0]?.placed.eventId ?? 0) ?? 0
    if (has > limit) faults.push(`user and event ${who}: ${has} promised, ${limit} allowed`)
  }
  return {
    id: 'I9',
    claim: 'Nobody has more than one buyer may have',
    examined: inSnapshots(evidence),
    faults,
  }
}

function states(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'wrongStates')
  let before: Snapshot | undefined
  for (const snapshot of evidence.snapshots) {
    if (before !== undefined) {
      for (const name of ['orders', 'confirmed', 'tickets'] as const) {
        if (snapshot[name] >= before[name]) continue
        faults.push(`${name} fell from ${before[name]} to ${snapshot[name]}`)
      }
    }
    before = snapshot
  }
  return {
    id: 'I16',
    claim: 'Orders begin confirmed and stay so',
    examined: inSnapshots(evidence),
    faults,
  }
}

function price(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'wrongTotals')
  const prices = new Map(evidence.books.orders.map((order) => [order.id, order.priceCents]))
  const confirmed = confirmedOrders(evidence.calls)
  for (const { placed } of confirmed) {
    const right = (prices.get(placed.orderId) ?? Number.NaN) * placed.quantity
    if (prices.has(placed.orderId) && Math.round(placed.totalPrice * 100) !== right) {
      faults.push(`order ${placed.orderId} was told with a total of ${placed.totalPrice}`)
    }
  }
  const tampered = evidence.calls.filter((call) => call.purchase.tampering !== undefined)
  for (const { id, outcome } of tampered) {
    if (outcome.kind !== 'unknown' && !(outcome.kind === 'refused' && outcome.status === 400)) {
      faults.push(`call ${id} brought its own price or state and was not refused`)
    }
  }
  return {
    id: 'I20',
    claim: "The total is the shop's price times the quantity",
    examined: `${counted(confirmed.length, 'order')}, ${tampered.length} tampered with`,
    faults,
  }
}
