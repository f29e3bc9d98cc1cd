/**
 * Whether the refusals were true. Stock only falls and what a buyer has only grows, but for the holds
 * that were never paid: whatever those had may have been missing then and be there at the end.
 */
import type { BookedOrder, Books } from './audit.sql.ts'
import { type Check, counted, groupBy, sum } from './check.ts'
import type { Sale } from './check-promises.ts'
import type { Entry, Refused } from './ledger.ts'

/** How much more than the stock must have been asked for before an unsold ticket is a fault. */
const CLEAR_DEMAND = 1.5

export function checkRefusals(
  ledger: readonly Entry[],
  books: Books,
  options: { sale: Sale; isWhole: boolean },
): Check[] {
  return [
    soldOutWhenWanted(ledger, books, options),
    refusalsTrue(ledger, books),
    answersDeserved(ledger),
  ]
}

/** @param options.isWhole False for a rush that was cut short, of which nothing can be expected. */
function soldOutWhenWanted(
  ledger: readonly Entry[],
  books: Books,
  { sale, isWhole }: { sale: Sale; isWhole: boolean },
): Check {
  const wanted = demand(ledger, sale)
  const { capacity, sold } = books.event
  const left = capacity - sold
  const isUnsold =
    isWhole && wanted >= capacity * CLEAR_DEMAND && left > 0 && couldHaveHad(ledger, books, left)
  return {
    id: 'sold_out_when_wanted',
    claim: 'What was wanted was sold, to the last ticket',
    examined: `${counted(wanted, 'ticket')} wanted`,
    faults: isUnsold ? [`${left} tickets are left, and ${wanted} were wanted`] : [],
  }
}

/** Whether somebody who has no order for it asked for so few that they were still there. */
function couldHaveHad(ledger: readonly Entry[], books: Books, left: number): boolean {
  const ordersOf = groupBy(books.orders, (order) => order.userId)
  return ledger.some((entry) => {
    if (entry.what !== 'buy' || entry.scheduledAt < 0 || entry.quantity > left) return false
    if (entry.outcome.kind === 'placed') return false
    const orders = (ordersOf.get(entry.userId) ?? []).filter(({ status }) => status === 'CONFIRMED')
    const has = sum(orders, (order) => order.quantity)
    const isServed = entry.key !== undefined && orders.some((order) => order.key === entry.key)
    return !isServed && has + entry.quantity <= books.event.maxPerUser
  })
}

/** How many tickets the crowd would have taken, had there been enough. */
function demand(ledger: readonly Entry[], sale: Sale): number {
  const purchases = ledger.filter((entry) => entry.what === 'buy' && entry.scheduledAt >= 0)
  const byUser = groupBy(purchases, (entry) => entry.userId)
  return sum([...byUser.values()], (entries) => {
    // The same key asks for the same tickets again.
    const distinct = new Map(entries.map((entry, n) => [entry.key ?? n, entry.quantity]))
    return Math.min(
      sum([...distinct.values()], (quantity) => quantity),
      sale.maxPerUser,
    )
  })
}

function refusalsTrue(ledger: readonly Entry[], books: Books): Check {
  const { capacity, held, sold, maxPerUser } = books.event
  const givenBack = sum(
    books.orders.filter((order) => order.status === 'CANCELLED'),
    (order) => order.quantity,
  )
  const remaining = capacity - held - sold - givenBack
  const ordersOf = groupBy(books.orders, (order) => order.userId)
  const askedBy = groupBy(ledger, (entry) => entry.userId)
  const faults: string[] = []
  let examined = 0
  for (const entry of ledger) {
    if (entry.outcome.kind !== 'refused') continue
    if (entry.what !== 'buy' && entry.what !== 'pay') continue
    examined += 1
    const orders = ordersOf.get(entry.userId) ?? []
    const truth = {
      refusal: entry.outcome,
      remaining,
      maxPerUser,
      has: sum(orders, (order) => order.quantity),
      orders: orders.filter((order) => order.key === entry.key),
      paid: books.orders.find((order) => order.id === entry.orderId),
      others: (askedBy.get(entry.userId) ?? []).filter((other) => other !== entry),
    }
    if (!isTrue(entry, truth)) {
      faults.push(
        `user ${entry.userId} asked for ${entry.quantity} and was told ${entry.outcome.code}, ` +
          `with ${remaining} left and ${truth.has} of ${maxPerUser} theirs`,
      )
    }
  }
  return {
    id: 'refusals_true',
    claim: 'Each refusal was true',
    examined: counted(examined, 'refusal'),
    faults,
  }
}

interface Truth {
  refusal: Refused
  /** Tickets that were left all the time. */
  remaining: number
  maxPerUser: number
  /** What this buyer has ever had. */
  has: number
  /** This buyer's orders under the same key. */
  orders: { quantity: number }[]
  /** The order that was to be paid. */
  paid: BookedOrder | undefined
  /** Other requests of this buyer. */
  others: Entry[]
}

function isTrue(entry: Entry, truth: Truth): boolean {
  const { refusal, remaining, maxPerUser, has, others } = truth
  const { quantity } = entry
  switch (refusal.code) {
    case 'sold_out':
      return (refusal.remaining ?? Infinity) < quantity && remaining <= (refusal.remaining ?? -1)
    case 'limit_exceeded':
      return (refusal.allowed ?? Infinity) < quantity && has >= maxPerUser - (refusal.allowed ?? -1)
    case 'idempotency_key_reused':
      return truth.orders.some((order) => order.quantity !== quantity)
    case 'request_in_progress':
      return others.some((other) => other.key === entry.key && overlap(entry, other))
    case 'sales_not_started':
      return (entry.sentAt ?? 0) < 0
    case 'rate_limited':
      return true
    case 'payment_declined':
      return entry.what === 'pay'
    case 'payment_in_progress':
      return others.some((other) => other.orderId === entry.orderId && overlap(entry, other))
    case 'hold_expired':
      return truth.paid?.status === 'CANCELLED' && truth.paid.reason === 'expired'
    default:
      return false
  }
}

const overlap = (one: Entry, other: Entry): boolean =>
  (one.sentAt ?? Infinity) <= (other.answeredAt ?? Infinity) &&
  (other.sentAt ?? Infinity) <= (one.answeredAt ?? Infinity)

/** Being turned away under load is no fault; a server error is, and so is a yes to nonsense. */
const TURNED_AWAY = 503

function answersDeserved(ledger: readonly Entry[]): Check {
  const faults: string[] = []
  for (const entry of ledger) {
    const { outcome, what, expectedStatus } = entry
    if (outcome.kind === 'unsent') continue
    if (outcome.kind === 'unknown') {
      if (outcome.why === 'server_error' && outcome.status !== TURNED_AWAY) {
        faults.push(`a ${what} request was answered ${outcome.status}`)
      }
      continue
    }
    const isDeserved =
      what === 'wrong'
        ? outcome.kind === 'refused' && outcome.status === expectedStatus
        : what === 'buy' || what === 'pay'
          ? outcome.kind !== 'shown'
          : outcome.kind === (what === 'look' ? 'placed' : 'shown')
    if (!isDeserved) {
      const got = outcome.kind === 'refused' ? outcome.status : outcome.kind
      faults.push(
        `a ${what} request was answered ${got}${expectedStatus === undefined ? '' : `, not ${expectedStatus}`}`,
      )
    }
  }
  return {
    id: 'answers_deserved',
    claim: 'Nonsense is refused, and nothing fails',
    examined: counted(ledger.length, 'request'),
    faults,
  }
}
