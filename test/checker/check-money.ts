/** I5, I6, I7, I15, I21: our books against the provider's. */
import { type Check, counted, groupBy, sum } from '../../bench/onsale/check.ts'
import { inSnapshots, notZero } from './check-stock.ts'
import type { Evidence } from './evidence.ts'
import type { BookedOrder } from './history.sql.ts'

export function checkMoney(evidence: Evidence): Check[] {
  return [chargedOnce(evidence), paidFor(evidence), noMoneyWithout(evidence), balanced(evidence), webhooks(evidence)] // prettier-ignore
}

const ordersById = ({ books }: Evidence): Map<number, BookedOrder> =>
  new Map(books.orders.map((order) => [order.id, order]))

const capturesByOrder = ({ provider }: Evidence) =>
  groupBy(provider.captures, (capture) => Number(capture.order_id ?? Number.NaN))

/** What went back of each order, in cents, as the provider has it. */
const backByOrder = ({ provider }: Evidence): Map<number, number> =>
  new Map(
    [...groupBy(succeeded(provider.refunds), (refund) => Number(refund.order_id))].map(
      ([orderId, refunds]) => [orderId, sum(refunds, ({ amount }) => amount)],
    ),
  )

const succeeded = <Item extends { status: string }>(items: readonly Item[]): Item[] =>
  items.filter(({ status }) => status === 'succeeded')

/** What the tickets of an order cost that are good, in cents. */
const worthOf = ({ ticketCodes, voidedCodes, priceCents, status }: BookedOrder): number =>
  status === 'CONFIRMED' ? (ticketCodes.length - voidedCodes.length) * priceCents : 0

function chargedOnce(evidence: Evidence): Check {
  const faults: string[] = []
  const orders = ordersById(evidence)
  for (const [orderId, captures] of capturesByOrder(evidence)) {
    const order = orders.get(orderId)
    if (captures.length > 1) faults.push(`order ${orderId} was charged ${captures.length} times`)
    if (order === undefined) {
      faults.push(`${captures[0]?.charge ?? 'a charge'} is for no order`)
      continue
    }
    for (const { amount, payment_intent: intentId } of captures) {
      if (amount !== order.totalCents) faults.push(`order ${orderId} of ${order.totalCents} cents was charged ${amount}`) // prettier-ignore
      if (order.payment?.intentId !== intentId) faults.push(`order ${orderId} does not know its payment ${intentId}`) // prettier-ignore
    }
  }
  return {
    id: 'I5',
    claim: 'An order is charged once at most, with its total',
    examined: counted(evidence.provider.captures.length, 'capture'),
    faults,
  }
}

function paidFor(evidence: Evidence): Check {
  const faults = notZero(evidence.snapshots, 'unpaid')
  const captures = capturesByOrder(evidence)
  const live = evidence.books.orders.filter((order) => worthOf(order) > 0)
  for (const { id } of live) {
    if (!captures.has(id)) faults.push(`order ${id} has tickets and was never charged`)
  }
  return {
    id: 'I6',
    claim: 'No ticket without its payment, unless it is free',
    examined: `${inSnapshots(evidence)}, ${counted(live.length, 'order')}`,
    faults,
  }
}

function noMoneyWithout(evidence: Evidence): Check {
  const faults: string[] = []
  const orders = ordersById(evidence)
  const back = backByOrder(evidence)
  let returned = 0
  for (const [orderId, captures] of capturesByOrder(evidence)) {
    const order = orders.get(orderId)
    const kept = sum(captures, ({ amount }) => amount) - (back.get(orderId) ?? 0)
    const worth = order === undefined ? 0 : worthOf(order)
    if (back.has(orderId)) returned += 1
    if (kept !== worth) faults.push(`order ${orderId} is ${order?.status ?? 'not there'}, has tickets for ${worth} cents, and ${kept} were kept`) // prettier-ignore
  }
  return {
    id: 'I7',
    claim: 'No money without a ticket: what is kept is what good tickets cost',
    examined: `${counted(evidence.provider.captures.length, 'capture')}, ${returned} with money back`,
    faults,
  }
}

function balanced(evidence: Evidence): Check {
  const { books, provider, snapshots, proofs } = evidence
  const faults = notZero(snapshots, 'wrongLedger', 'doubleBooked')
  const ours = sum(books.orders, (order) => (isCaptured(order) ? order.totalCents : 0))
  const theirs = sum(provider.captures, ({ amount }) => amount)
  if (ours !== theirs) faults.push(`we have captures of ${ours} cents, the provider of ${theirs}`)
  const refunded = new Map(succeeded(provider.refunds).map((refund) => [refund.refund, refund]))
  const done = succeeded(books.refunds)
  for (const { id, amountCents, refundRef } of done) {
    const there = refunded.get(refundRef ?? '')
    if (there?.amount !== amountCents) faults.push(`refund ${id} of ${amountCents} cents is ${there?.amount ?? 'not there'} at the provider`) // prettier-ignore
  }
  if (refunded.size !== done.length) {
    faults.push(`we have ${done.length} refunds, the provider ${refunded.size}`)
  }
  for (const { eventId, holds } of proofs) {
    if (holds !== true) faults.push(`the proof of event ${eventId} ${holds === false ? 'does not hold' : 'is not to be had'}`) // prettier-ignore
  }
  return {
    id: 'I15',
    claim: 'The books balance in every snapshot, and with the provider at rest',
    examined: `${inSnapshots(evidence)}, ${counted(done.length, 'refund')}`,
    faults,
  }
}

const isCaptured = ({ payment }: BookedOrder): boolean =>
  payment?.status === 'captured' || payment?.status === 'returned'

/** Whatever copies came in whatever order, we end where the provider does. */
function webhooks(evidence: Evidence): Check {
  const { deliveries, books, provider } = evidence
  const faults: string[] = []
  const inbox = new Set(books.inbox)
  const taken = groupBy(
    deliveries.filter(({ status }) => status >= 200 && status < 300),
    ({ eventId }) => eventId,
  )
  for (const eventId of taken.keys()) {
    if (!inbox.has(eventId)) faults.push(`${eventId} was taken and is not kept`)
  }
  for (const eventId of inbox) {
    if (!taken.has(eventId) && !deliveries.some((each) => each.eventId === eventId && each.status === 0)) faults.push(`${eventId} was kept and not taken`) // prettier-ignore
  }
  const charged = new Set(provider.captures.map(({ payment_intent: intentId }) => intentId))
  for (const order of books.orders) {
    const isThere = charged.has(order.payment?.intentId ?? '')
    if (isThere !== isCaptured(order)) {
      faults.push(`the payment of order ${order.id} is ${order.payment?.status ?? 'none'} here, and ${isThere ? 'captured' : 'not captured'} there`) // prettier-ignore
    }
  }
  const theirs = new Map(provider.refunds.map((refund) => [refund.refund, refund.status]))
  for (const { id, refundRef, status } of books.refunds) {
    const there = theirs.get(refundRef ?? '') ?? 'requested'
    if (there !== status) faults.push(`refund ${id} is ${status} here and ${there} there`)
  }
  const repeated = [...taken.values()].filter((copies) => copies.length > 1).length
  const refused = deliveries.filter(({ status }) => status === 400).length
  return {
    id: 'I21',
    claim: 'Webhooks come in any order, often or never, and the end is the provider’s',
    examined: `${counted(deliveries.length, 'delivery').replace('deliverys', 'deliveries')}, ${repeated} repeated, ${refused} refused`,
    faults,
  }
}
