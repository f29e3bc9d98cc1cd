/** I3, I4, I8, I18, I23: the books against what the buyers asked for and were told. */
import { type Check, counted, groupBy } from '../../bench/onsale/check.ts'
import { ERRORS } from '../../src/kernel/errors.ts'
import type { Evidence } from './evidence.ts'
import type { BookedOrder } from './history.sql.ts'
import type { Call, Deed } from './ledger.ts'
import { type Promised, placedIn, promisesIn } from './promises.ts'

export function checkPromises(evidence: Evidence): Check[] {
  return [durable(evidence), nothingUnasked(evidence), replays(evidence), readings(evidence), answers(evidence)] // prettier-ignore
}

const keyOf = (userId: number, key: string): string => `${userId} ${key}`

function durable(evidence: Evidence): Check {
  const { calls, books } = evidence
  const orders = new Map(books.orders.map((order) => [order.id, order]))
  const faults = new Map<number, string>()
  const note = (orderId: number, fault: string | undefined) => {
    if (fault !== undefined) faults.set(orderId, `order ${orderId} ${fault}`)
  }
  for (const { call, placed } of placedIn(calls)) {
    note(placed.orderId, differenceOf(call, placed, orders.get(placed.orderId)))
  }
  const promised = promisesIn(evidence)
  for (const each of promised) note(each.orderId, brokenPromise(each, orders.get(each.orderId)))
  return {
    id: 'I3',
    claim: 'Each confirmed order is there, as it was told',
    examined: counted(new Set(promised.map(({ orderId }) => orderId)).size, 'order'),
    faults: [...faults.values()],
  }
}

/** In what the answer to an order and the books differ. */
function differenceOf(
  { purchase }: Call,
  placed: ReturnType<typeof placedIn>[number]['placed'],
  order: BookedOrder | undefined,
): string | undefined {
  if (order === undefined) return 'was placed and is lost'
  if (order.userId !== purchase.userId) return 'belongs to another buyer'
  if (order.key !== (purchase.key ?? null)) return 'is there under another key'
  if (order.eventId !== purchase.eventId || placed.eventId !== purchase.eventId) {
    return 'is for another event'
  }
  if (order.quantity !== purchase.quantity || placed.quantity !== purchase.quantity) {
    return 'is for another quantity'
  }
  if (order.totalCents !== Math.round(placed.totalPrice * 100)) return 'has another total'
  const isWhole = placed.status !== 'CONFIRMED' || placed.ticketCodes.length === order.quantity
  return isWhole ? undefined : 'was confirmed without all of its tickets'
}

/** What was promised may have been taken back since, but it was there. */
function brokenPromise(promised: Promised, order: BookedOrder | undefined): string | undefined {
  if (order === undefined) return 'was confirmed and is lost'
  if (order.confirmedAt === null) return `was confirmed and is ${order.status}`
  if (order.userId !== promised.userId) return 'was shown to another buyer'
  if (order.totalCents !== promised.totalCents) return 'has another total'
  const live = order.ticketCodes.length - order.voidedCodes.length
  if (live > 0 !== (order.status === 'CONFIRMED')) return `is ${order.status} with ${live} tickets`
  const codes = new Set(order.ticketCodes)
  const areThere = promised.ticketCodes.length > 0 && promised.ticketCodes.every((code) => codes.has(code)) // prettier-ignore
  return areThere ? undefined : 'has other ticket codes'
}

/** Without a key each request can have had one effect; with one, all of them together. */
function nothingUnasked({ calls, books }: Evidence): Check {
  const keyed = groupBy(
    calls.filter(({ purchase }) => purchase.key !== undefined),
    ({ purchase }) => keyOf(purchase.userId, purchase.key ?? ''),
  )
  const told = new Set(placedIn(calls).map(({ placed }) => placed.orderId))
  const lost = groupBy(
    calls.filter((call) => call.purchase.key === undefined && mayHavePlaced(call)),
    ({ purchase }) => `${purchase.userId} ${purchase.eventId} ${purchase.quantity}`,
  )
  const faults: string[] = []
  let recovered = 0
  for (const order of books.orders) {
    const { id, userId, eventId, quantity, key, status } = order
    if (told.has(id)) continue
    const asked =
      key === null
        ? lost.get(`${userId} ${eventId} ${quantity}`)?.pop() !== undefined
        : (keyed.get(keyOf(userId, key)) ?? []).some(
            (call) =>
              call.purchase.eventId === eventId &&
              call.purchase.quantity === quantity &&
              mayHavePlaced(call),
          )
    if (asked && status !== 'CANCELLED') recovered += 1
    else if (asked) continue
    else faults.push(`order ${id} of user ${userId} was asked for by nobody, or refused`)
  }
  const rest = recovered === 0 ? '' : `, ${recovered} whose answer was lost`
  return {
    id: 'I4',
    claim: 'Each order was asked for',
    examined: counted(books.orders.length, 'order') + rest,
    faults,
  }
}

/** An order is written down before it is paid for, and stays when that fails. */
const FAILED_PAYMENTS = [
  'payment_declined',
  'payment_in_progress',
  'hold_expired',
  'event_cancelled',
  'order_not_pending',
]

const mayHavePlaced = ({ outcome }: Call): boolean =>
  outcome.kind === 'unknown' ||
  (outcome.kind === 'refused' && FAILED_PAYMENTS.includes(outcome.code))

function replays({ calls, books }: Evidence): Check {
  const faults: string[] = []
  const keyed = calls.filter(({ purchase }) => purchase.key !== undefined)
  const groups = groupBy(keyed, ({ purchase }) => keyOf(purchase.userId, purchase.key ?? ''))
  let repeated = 0
  for (const [key, group] of groups) {
    if (group.length < 2) continue
    repeated += 1
    const fault = faultOfKey(group)
    if (fault !== undefined) faults.push(`user and key ${key}: ${fault}`)
  }
  const withKey = books.orders.filter((order) => order.key !== null)
  for (const [key, orders] of groupBy(withKey, (order) => keyOf(order.userId, order.key ?? ''))) {
    if (orders.length > 1) faults.push(`user and key ${key} have ${orders.length} orders`)
  }
  for (const { id, outcome, retryAfter } of calls) {
    if (outcome.kind !== 'refused' || outcome.code !== 'request_in_progress') continue
    if (outcome.status !== 409 || !(Number(retryAfter) > 0)) {
      faults.push(`call ${id} was told to wait, without 409 or a time`)
    }
  }
  return {
    id: 'I8',
    claim: 'One key: one effect, one answer to the letter',
    examined: `${counted(repeated, 'key')} used more than once`,
    faults,
  }
}

/** @param group All calls of one user under one key. */
function faultOfKey(group: readonly Call[]): string | undefined {
  const placed = group.filter(({ outcome }) => outcome.kind === 'placed')
  const first = placed[0]
  if (first === undefined) return faultOfDeclined(group)
  const forms = new Set(
    placed.map(({ sha256, contentType, httpStatus }) => `${httpStatus} ${sha256} ${contentType}`),
  )
  if (forms.size > 1) return `${forms.size} different answers`
  const answeredAt = Math.min(...placed.map((call) => call.completedAt ?? Number.POSITIVE_INFINITY))
  for (const { id, purchase, outcome, invokedAt } of group) {
    if (outcome.kind !== 'refused') continue
    const { code, status } = outcome
    const isSameBody = purchase.quantity === first.purchase.quantity
    if (LATER.includes(code)) continue
    // A refusal may turn into an order later, but an order never into a refusal.
    if (isSameBody && invokedAt > answeredAt) return `call ${id} was refused what was confirmed`
    if (isSameBody && code === 'idempotency_key_reused') return `call ${id} is no other request`
    if (!isSameBody && invokedAt > answeredAt && status !== 422) {
      return `call ${id} is another request and was answered ${status}`
    }
  }
  return undefined
}

const LATER = ['request_in_progress', 'payment_in_progress', 'rate_limited']

/** What was declined stays declined, for the same request. */
function faultOfDeclined(group: readonly Call[]): string | undefined {
  const isDeclined = ({ outcome }: Call) =>
    outcome.kind === 'refused' && outcome.code === 'payment_declined'
  const first = group.find(isDeclined)
  if (first === undefined) return undefined
  const other = group.find(
    (call) =>
      call.purchase.quantity === first.purchase.quantity &&
      call.invokedAt > (first.completedAt ?? Number.POSITIVE_INFINITY) &&
      call.outcome.kind === 'refused' &&
      !LATER.includes(call.outcome.code) &&
      !isDeclined(call),
  )
  return other && `call ${other.id} was answered otherwise than declined`
}

function readings(evidence: Evidence): Check {
  const { readings: looks } = evidence
  const promises = groupBy(promisesIn(evidence), ({ orderId }) => orderId)
  const faults = looks.flatMap(({ orderId, shop, status, order, askedAt }) => {
    if (status !== 200) return [`order ${orderId} was ${status} at ${shop}`]
    const before = (promises.get(orderId) ?? []).filter(({ at }) => at < askedAt)
    if (before.length === 0) return []
    if (order?.status === 'PENDING') return [`order ${orderId} was PENDING again at ${shop}`]
    const told = new Set(before.flatMap(({ ticketCodes }) => ticketCodes))
    const areSame = order?.ticketCodes.every((code) => told.has(code)) === true
    return areSame ? [] : [`order ${orderId} was another at ${shop}`]
  })
  return {
    id: 'I18',
    claim: 'A buyer sees the own order from then on',
    examined: counted(looks.length, 'look'),
    faults,
  }
}

/** What a purchase may be answered with here, apart from 201 and 202. */
const REFUSALS = [
  'sold_out',
  'limit_exceeded',
  'idempotency_key_reused',
  'request_in_progress',
  'rate_limited',
  'invalid_request',
  'payment_declined',
  'payment_in_progress',
  'hold_expired',
  'event_cancelled',
  'order_not_pending',
] as const satisfies readonly (keyof typeof ERRORS)[]

/** And what is asked about an order. */
const DEED_ANSWERS: Readonly<Record<Deed['kind'], readonly (number | keyof typeof ERRORS)[]>> = {
  'pay': [200, 202, 'payment_declined', 'payment_in_progress', 'hold_expired', 'event_cancelled', 'order_not_pending', 'rate_limited'], // prettier-ignore
  'give back': [200, 'order_not_pending', 'payment_in_progress', 'rate_limited'],
  'take back': [201, 'nothing_to_refund', 'rate_limited'],
  cancel: [200, 'rate_limited'],
}

function answers({ calls, deeds, ended, concessions }: Evidence): Check {
  const faults = ended.map((who) => `${who} ended by itself`)
  const noteLost = (what: string, { why, status }: { why: string; status: number }) => {
    if (why === 'timeout' && !concessions.requestsMayHang) faults.push(`${what} was not answered in time`) // prettier-ignore
    if (status >= 500 && status !== 503) faults.push(`${what} was answered ${status}`)
  }
  const noteRefusal = (
    what: string,
    {
      status,
      code,
      contentType,
    }: { status: number; code: string; contentType: string | undefined },
    known: readonly unknown[],
  ) => {
    // prettier-ignore
    if (!known.includes(code) || ERRORS[code as keyof typeof ERRORS].status !== status) {
      faults.push(`${what} was refused with ${status} ${code}`)
    } else if (contentType?.startsWith('application/problem+json') !== true) {
      faults.push(`${what} was refused with the type ${contentType ?? 'none'}`)
    }
  }
  for (const { id, outcome, purchase, contentType, shop } of calls) {
    const what = `call ${id} to ${shop}`
    if (outcome.kind === 'unknown') noteLost(what, outcome)
    if (outcome.kind !== 'refused') continue
    noteRefusal(what, { ...outcome, contentType }, REFUSALS)
    if (outcome.code === 'invalid_request' && purchase.tampering === undefined) {
      faults.push(`${what} is sound and was refused as invalid`)
    }
  }
  for (const { kind, orderId, eventId, status, why, code, contentType, shop } of deeds) {
    const what = `to ${kind} ${orderId === 0 ? `event ${eventId}` : `order ${orderId}`} at ${shop}`
    if (status === 0 || status >= 500) noteLost(what, { why: why ?? 'server_error', status })
    else if (status >= 400)
      noteRefusal(what, { status, code: code ?? '', contentType }, DEED_ANSWERS[kind]) // prettier-ignore
    else if (!DEED_ANSWERS[kind].includes(status)) faults.push(`${what} was answered ${status}`)
  }
  return {
    id: 'I23',
    claim: 'No answer but the documented ones: a fault is 503, never 500',
    examined: counted(calls.length + deeds.length, 'call'),
    faults,
  }
}
