/** I3, I4, I8, I18, I23: the books against what the buyers asked for and were told. */
import { type Check, counted, groupBy } from '../../bench/onsale/check.ts'
import { ERRORS } from '../../src/kernel/errors.ts'
import { placedIn } from './check-stock.ts'
import type { Evidence } from './evidence.ts'
import type { BookedOrder } from './history.sql.ts'
import type { Call } from './ledger.ts'

export function checkPromises(evidence: Evidence): Check[] {
  return [durable(evidence), nothingUnasked(evidence), replays(evidence), readings(evidence), answers(evidence)] // prettier-ignore
}

const keyOf = (userId: number, key: string): string => `${userId} ${key}`

function durable({ calls, books }: Evidence): Check {
  const orders = new Map(books.orders.map((order) => [order.id, order]))
  const faults = new Map<number, string>()
  const promised = placedIn(calls)
  for (const { call, placed } of promised) {
    const fault = differenceOf(call, placed, orders.get(placed.orderId))
    if (fault !== undefined) faults.set(placed.orderId, `order ${placed.orderId} ${fault}`)
  }
  return {
    id: 'I3',
    claim: 'Each confirmed order is there, as it was told',
    examined: counted(new Set(promised.map(({ placed }) => placed.orderId)).size, 'order'),
    faults: [...faults.values()],
  }
}

/** In what a promise and the books differ. */
function differenceOf(
  { purchase }: Call,
  placed: ReturnType<typeof placedIn>[number]['placed'],
  order: BookedOrder | undefined,
): string | undefined {
  if (order === undefined) return 'was confirmed and is lost'
  if (order.userId !== purchase.userId) return 'belongs to another buyer'
  if (order.key !== (purchase.key ?? null)) return 'is there under another key'
  if (order.eventId !== purchase.eventId || placed.eventId !== purchase.eventId) {
    return 'is for another event'
  }
  if (order.quantity !== purchase.quantity || placed.quantity !== purchase.quantity) {
    return 'is for another quantity'
  }
  if (order.totalCents !== Math.round(placed.totalPrice * 100)) return 'has another total'
  if (order.status !== placed.status) return `was ${placed.status} and is ${order.status}`
  const told = new Set(placed.ticketCodes)
  const isSame = told.size === order.ticketCodes.length && order.ticketCodes.every((code) => told.has(code)) // prettier-ignore
  return isSame ? undefined : 'has other ticket codes'
}

/** Without a key each request can have had one effect; with one, all of them together. */
function nothingUnasked({ calls, books }: Evidence): Check {
  const keyed = groupBy(
    calls.filter(({ purchase }) => purchase.key !== undefined),
    ({ purchase }) => keyOf(purchase.userId, purchase.key ?? ''),
  )
  const told = new Set(placedIn(calls).map(({ placed }) => placed.orderId))
  const lost = groupBy(
    calls.filter(({ purchase, outcome }) => purchase.key === undefined && outcome.kind === 'unknown'), // prettier-ignore
    ({ purchase }) => `${purchase.userId} ${purchase.eventId} ${purchase.quantity}`,
  )
  const faults: string[] = []
  let recovered = 0
  for (const order of books.orders) {
    const { id, userId, eventId, quantity, key } = order
    if (told.has(id)) continue
    const asked =
      key === null
        ? lost.get(`${userId} ${eventId} ${quantity}`)?.pop() !== undefined
        : (keyed.get(keyOf(userId, key)) ?? []).some(
            ({ purchase, outcome }) =>
              purchase.eventId === eventId &&
              purchase.quantity === quantity &&
              outcome.kind === 'unknown',
          )
    if (asked) recovered += 1
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
  if (first === undefined) return undefined
  const forms = new Set(placed.map(({ sha256, contentType }) => `${sha256} ${contentType}`))
  if (forms.size > 1) return `${forms.size} different answers`
  const answeredAt = Math.min(...placed.map((call) => call.completedAt ?? Number.POSITIVE_INFINITY))
  for (const { id, purchase, outcome, invokedAt } of group) {
    if (outcome.kind !== 'refused') continue
    const { code, status } = outcome
    const isSameBody = purchase.quantity === first.purchase.quantity
    if (['request_in_progress', 'rate_limited'].includes(code)) continue
    // A refusal may turn into an order later, but an order never into a refusal.
    if (isSameBody && invokedAt > answeredAt) return `call ${id} was refused what was confirmed`
    if (isSameBody && code === 'idempotency_key_reused') return `call ${id} is no other request`
    if (!isSameBody && invokedAt > answeredAt && status !== 422) {
      return `call ${id} is another request and was answered ${status}`
    }
  }
  return undefined
}

function readings({ readings: looks }: Evidence): Check {
  return {
    id: 'I18',
    claim: 'A buyer sees the own order from then on',
    examined: counted(looks.length, 'look'),
    faults: looks
      .filter(({ status, isSame }) => status !== 200 || !isSame)
      .map(({ orderId, shop, status }) => `order ${orderId} was ${status === 200 ? 'another' : status} at ${shop}`), // prettier-ignore
  }
}

/** What a purchase may be answered with here, apart from 201. */
const REFUSALS = [
  'sold_out',
  'limit_exceeded',
  'idempotency_key_reused',
  'request_in_progress',
  'rate_limited',
  'invalid_request',
] as const satisfies readonly (keyof typeof ERRORS)[]

function answers({ calls, ended, concessions }: Evidence): Check {
  const faults = ended.map((who) => `${who} ended by itself`)
  for (const { id, outcome, purchase, contentType, shop } of calls) {
    if (outcome.kind === 'unknown') {
      if (outcome.why === 'timeout' && !concessions.requestsMayHang) faults.push(`call ${id} to ${shop} was not answered in time`) // prettier-ignore
      if (outcome.status >= 500 && outcome.status !== 503) faults.push(`call ${id} was answered ${outcome.status}`) // prettier-ignore
      continue
    }
    if (outcome.kind !== 'refused') continue
    const { code, status } = outcome
    const isKnown = (REFUSALS as readonly string[]).includes(code)
    if (!isKnown || ERRORS[code as keyof typeof ERRORS].status !== status) {
      faults.push(`call ${id} was refused with ${status} ${code}`)
    } else if (code === 'invalid_request' && purchase.tampering === undefined) {
      faults.push(`call ${id} is sound and was refused as invalid`)
    } else if (contentType?.startsWith('application/problem+json') !== true) {
      faults.push(`call ${id} was refused with the type ${contentType ?? 'none'}`)
    }
  }
  return {
    id: 'I23',
    claim: 'No answer but the documented ones: a fault is 503, never 500',
    examined: counted(calls.length, 'call'),
    faults,
  }
}
