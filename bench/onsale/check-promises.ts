/** Whether the shop's books hold what its buyers were told, and nothing that nobody asked for. */
import type { BookedOrder, BookedTicket, Books } from './audit.sql.ts'
import { type Check, counted, groupBy } from './check.ts'
import type { Entry, Placed } from './ledger.ts'

/** A purchase, as the buyers' side has it. */
type Purchase = Entry & { what: 'buy' }

/** An answer that promised tickets. */
interface Promised {
  entry: Entry
  placed: Placed
}

export interface Sale {
  eventId: number
  capacity: number
  maxPerUser: number
  priceCents: number
}

export function checkPromises(ledger: readonly Entry[], books: Books, sale: Sale): Check[] {
  return [
    promisesKept(ledger, books, sale),
    nothingUnasked(ledger, books),
    noMeansNo(ledger, books),
    oneEffectPerKey(books),
  ]
}

/** What can be told without the books, from the answers alone. */
export function checkAnswers(ledger: readonly Entry[]): Check[] {
  return [replaysIdentical(ledger), codesToldOnce(ledger)]
}

const keyOf = (userId: number, key: string): string => `${userId} ${key}`

const isPurchase = (entry: Entry): entry is Purchase => entry.what === 'buy'

export function promisedIn(ledger: readonly Entry[]): Promised[] {
  return ledger.flatMap((entry) =>
    entry.outcome.kind === 'placed' ? [{ entry, placed: entry.outcome }] : [],
  )
}

function promisesKept(ledger: readonly Entry[], books: Books, sale: Sale): Check {
  const orders = new Map(books.orders.map((order) => [order.id, order]))
  const tickets = groupBy(books.tickets, (ticket) => ticket.orderId)
  const promised = promisedIn(ledger)
  const broken = new Map<number, string>()
  for (const { entry, placed } of promised) {
    const order = orders.get(placed.orderId)
    const fault =
      order === undefined
        ? 'is not in the books'
        : differenceOf({ entry, placed, order, tickets: tickets.get(order.id) ?? [], sale })
    if (fault !== undefined) broken.set(placed.orderId, fault)
  }
  return {
    id: 'promises_kept',
    claim: 'Each order that was told is in the books, as it was told',
    examined: counted(new Set(promised.map(({ placed }) => placed.orderId)).size, 'order'),
    faults: [...broken].map(([orderId, fault]) => `order ${orderId} ${fault}`),
  }
}

/** In what a promise and the books differ. */
function differenceOf(compared: {
  entry: Entry
  placed: Placed
  order: BookedOrder
  tickets: BookedTicket[]
  sale: Sale
}): string | undefined {
  const { entry, placed, order, tickets, sale } = compared
  if (order.userId !== entry.userId) return 'belongs to another buyer'
  if (entry.what === 'buy' && order.key !== (entry.key ?? null))
    return 'was placed under another key'
  // A hold goes on to be paid or to be over; what is confirmed or over stays so.
  if (placed.status !== 'PENDING' && placed.status !== order.status) {
    return `was told as ${placed.status} and is ${order.status}`
  }
  if (placed.eventId !== sale.eventId) return 'was told for another event'
  if (placed.quantity !== entry.quantity || order.quantity !== entry.quantity) {
    return 'is for another number of tickets than was asked for'
  }
  const cents = Math.round(placed.totalPrice * 100)
  if (cents !== order.totalCents || cents !== sale.priceCents * placed.quantity) {
    return 'has another total than was told'
  }
  if (placed.status === 'PENDING') return placed.ticketCodes.length > 0 ? 'is not paid and has codes' : undefined // prettier-ignore
  const codes = new Set(placed.ticketCodes)
  if (codes.size !== tickets.length || !tickets.every((ticket) => codes.has(ticket.code))) {
    return 'has other ticket codes than were told'
  }
  return undefined
}

/** A request without a key stands for one order; a lost answer may have been one. */
function nothingUnasked(ledger: readonly Entry[], books: Books): Check {
  const sent = ledger.filter(isPurchase).filter((entry) => entry.sentAt !== undefined)
  const byKey = groupBy(
    sent.filter((entry) => entry.key !== undefined),
    (entry) => keyOf(entry.userId, entry.key ?? ''),
  )
  const keyless = sent.filter((entry) => entry.key === undefined)
  const told = new Set(promisedIn(keyless).map(({ placed }) => placed.orderId))
  const unknown = groupBy(
    keyless.filter((entry) => entry.outcome.kind === 'unknown'),
    (entry) => `${entry.userId} ${entry.quantity}`,
  )
  const faults: string[] = []
  let recovered = 0
  for (const order of books.orders) {
    if (order.key === null) {
      if (told.has(order.id)) continue
      if (unknown.get(`${order.userId} ${order.quantity}`)?.pop() === undefined) {
        faults.push(`order ${order.id} was asked for by nobody`)
      } else recovered += 1
      continue
    }
    const asked = byKey.get(keyOf(order.userId, order.key)) ?? []
    if (!asked.some((entry) => entry.quantity === order.quantity)) {
      faults.push(`order ${order.id} was asked for by nobody`)
    } else if (!asked.some((entry) => entry.outcome.kind === 'placed')) recovered += 1
  }
  const rest = recovered === 0 ? '' : `, ${recovered} whose answer was lost`
  return {
    id: 'nothing_unasked',
    claim: 'Each order was asked for',
    examined: counted(books.orders.length, 'order') + rest,
    faults,
  }
}

/** Whoever was only ever told no must have nothing, and owe nothing. */
function noMeansNo(ledger: readonly Entry[], books: Books): Check {
  const booked = new Map(
    books.orders.flatMap((order) =>
      order.key === null || order.status === 'CANCELLED'
        ? []
        : [[keyOf(order.userId, order.key), order.id] as const],
    ),
  )
  const keyed = ledger.filter(isPurchase).filter((entry) => entry.key !== undefined)
  const groups = groupBy(keyed, (entry) => keyOf(entry.userId, entry.key ?? ''))
  const refused = [...groups].filter(([, entries]) =>
    entries.every(({ outcome }) => outcome.kind === 'refused' || outcome.kind === 'unsent'),
  )
  return {
    id: 'no_means_no',
    claim: 'Whoever was only refused has no order',
    examined: counted(refused.length, 'purchase'),
    faults: refused
      .map(([key]) => booked.get(key))
      .filter((orderId) => orderId !== undefined)
      .map((orderId) => `order ${orderId} was refused to its buyer`),
  }
}

function oneEffectPerKey(books: Books): Check {
  const keyed = books.orders.filter((order) => order.key !== null)
  const byKey = groupBy(keyed, (order) => keyOf(order.userId, order.key ?? ''))
  return {
    id: 'one_effect_per_key',
    claim: 'Each key has one order at most',
    examined: counted(byKey.size, 'key'),
    faults: [...byKey]
      .filter(([, orders]) => orders.length > 1)
      .map(([key, orders]) => `user and key ${key} have ${orders.length} orders`),
  }
}

function replaysIdentical(ledger: readonly Entry[]): Check {
  const promised = promisedIn(ledger).filter(({ entry }) => entry.key !== undefined)
  const byKey = groupBy(promised, ({ entry }) => keyOf(entry.userId, entry.key ?? ''))
  const repeated = [...byKey].filter(([, answers]) => answers.length > 1)
  const faults = repeated
    .filter(([, answers]) => new Set(answers.map(({ placed }) => placed.text)).size > 1)
    .map(([key]) => `user and key ${key} were answered in different ways`)
  return {
    id: 'replays_identical',
    claim: 'The same key gives the same answer, to the letter',
    examined: counted(repeated.length, 'key') + ' used more than once',
    faults,
  }
}

function codesToldOnce(ledger: readonly Entry[]): Check {
  const orderOf = new Map<string, number>()
  const faults: string[] = []
  for (const { placed } of promisedIn(ledger)) {
    for (const code of placed.ticketCodes) {
      const other = orderOf.get(code)
      if (other !== undefined && other !== placed.orderId) {
        faults.push(`code ${code} was told for orders ${other} and ${placed.orderId}`)
      }
      orderOf.set(code, placed.orderId)
    }
  }
  return {
    id: 'codes_told_once',
    claim: 'No ticket was promised to two orders',
    examined: counted(orderOf.size, 'code'),
    faults,
  }
}
