/** I1, I2, I9, I20: what every snapshot must say of stock, limits and prices. */
import { type Check, counted, groupBy } from '../../bench/onsale/check.ts'
import type { Evidence } from './evidence.ts'
import { placedIn, promisesIn } from './promises.ts'
import type { Numbers } from './snapshots.sql.ts'
import type { Snapshot } from './snapshots.ts'

export function checkStock(evidence: Evidence): Check[] {
  return [notOversold(evidence), conserved(evidence), limitKept(evidence), price(evidence)]
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

export const inSnapshots = (evidence: Evidence) => counted(evidence.snapshots.length, 'snapshot')

/** How many tickets were promised to `ownerOf` and not taken back. */
function promisedTickets<Owner>(
  evidence: Evidence,
  ownerOf: (promised: { eventId: number; userId: number }) => Owner,
): Map<Owner, number> {
  const voided = new Set(evidence.books.orders.flatMap((order) => order.voidedCodes))
  const codes = promisesIn(evidence).flatMap((promised) =>
    promised.ticketCodes.map((code) => ({ code, owner: ownerOf(promised) })),
  )
  const good = codes.filter(({ code }) => !voided.has(code))
  return new Map(
    [...groupBy(good, ({ owner }) => owner)].map(([owner, each]) => [
      owner,
      new Set(each.map(({ code }) => code)).size,
    ]),
  )
}

function notOversold(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'oversold')
  const capacities = new Map(evidence.books.events.map((event) => [event.id, event.capacity]))
  for (const [eventId, promised] of promisedTickets(evidence, (each) => each.eventId)) {
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
  const promised = promisedTickets(evidence, ({ userId, eventId }) => `${userId} ${eventId}`)
  for (const [who, has] of promised) {
    const limit = limits.get(Number(who.split(' ')[1])) ?? 0
    if (has > limit) faults.push(`user and event ${who}: ${has} promised, ${limit} allowed`)
  }
  return {
    id: 'I9',
    claim: 'Nobody has more than one buyer may have',
    examined: inSnapshots(evidence),
    faults,
  }
}

function price(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'wrongTotals')
  const prices = new Map(evidence.books.orders.map((order) => [order.id, order.priceCents]))
  const told = new Map(
    [
      ...promisesIn(evidence),
      ...placedIn(evidence.calls).map(({ placed }) => ({
        ...placed,
        totalCents: Math.round(placed.totalPrice * 100),
      })),
    ].map((each) => [`${each.orderId} ${each.totalCents}`, each]),
  )
  for (const { orderId, quantity, totalCents } of told.values()) {
    const right = (prices.get(orderId) ?? Number.NaN) * quantity
    if (prices.has(orderId) && totalCents !== right) {
      faults.push(`order ${orderId} was told with a total of ${totalCents} cents`)
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
    claim: "The total is the shop's price times the quantity, and so is the payment",
    examined: `${counted(told.size, 'order')}, ${tampered.length} tampered with`,
    faults,
  }
}
