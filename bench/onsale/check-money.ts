/** Whether money and tickets are together: in the shop's books, and in those of the provider. */
import type { Books } from './audit.sql.ts'
import { confirmed } from './check-books.ts'
import { type Check, counted, groupBy, sum } from './check.ts'
import type { Entry } from './ledger.ts'
import type { ProviderBooks } from './provider.ts'

/** @param provider Undefined leaves out what cannot be told without its book. */
export function checkMoney(
  ledger: readonly Entry[],
  books: Books,
  provider: ProviderBooks | undefined,
): Check[] {
  return [
    paidOnce(books),
    ledgerBalances(books),
    holdsOver(ledger, books),
    declinedUnpaid(ledger, books),
    ...(provider === undefined
      ? []
      : [booksAgree(books, provider), nobodyCharged(books, provider)]),
  ]
}

const euros = (cents: number): string => (cents / 100).toFixed(2)

function paidOnce(books: Books): Check {
  const { payments } = books.money
  const captured = new Map(
    payments.filter(({ status }) => status === 'captured').map((payment) => [payment.orderId, payment.cents]), // prettier-ignore
  )
  const faults = confirmed(books)
    .filter((order) => captured.get(order.id) !== order.totalCents)
    .map((order) => `order ${order.id} has tickets and no payment of ${euros(order.totalCents)}`)
  const live = new Set(confirmed(books).map((order) => order.id))
  for (const orderId of captured.keys()) {
    if (!live.has(orderId)) faults.push(`order ${orderId} is paid and has no tickets`)
  }
  for (const { orderId, status } of payments) {
    if (status === 'processing' || status === 'requires_action') {
      faults.push(`the payment of order ${orderId} is ${status}`)
    }
  }
  return {
    id: 'paid_once',
    claim: 'Each confirmed order is paid, and nothing else is',
    examined: counted(captured.size, 'payment'),
    faults,
  }
}

/** Money that the provider holds is that of live tickets, and of what is still to go back. */
function ledgerBalances(books: Books): Check {
  const { transfers, refunds } = books.money
  const balance = (account: string) =>
    sum(transfers, ({ credit, cents }) => (credit === account ? cents : 0)) -
    sum(transfers, ({ debit, cents }) => (debit === account ? cents : 0))
  const due = sum(
    refunds.filter(({ status }) => status !== 'succeeded'),
    (refund) => refund.cents,
  )
  const sold = sum(confirmed(books), (order) => order.totalCents)
  const is = { sales: balance('sales'), refunds_due: balance('refunds_due'), provider: -balance('provider') } // prettier-ignore
  const should = { sales: sold, refunds_due: due, provider: sold + due }
  const faults = (['sales', 'refunds_due', 'provider'] as const)
    .filter((account) => is[account] !== should[account])
    .map((account) => `${account} is ${euros(is[account])}, not ${euros(should[account])}`)
  return {
    id: 'ledger_balances',
    claim: 'The ledger says what the tickets cost',
    examined: counted(transfers.length, 'transfer'),
    faults,
  }
}

/** What nobody paid, or not in time, is over. */
function holdsOver(ledger: readonly Entry[], books: Books): Check {
  const inTime = ledger.filter(
    ({ what, sentAt, outcome }) =>
      what === 'pay' &&
      sentAt !== undefined &&
      !(outcome.kind === 'refused' && outcome.code === 'hold_expired'),
  )
  const asked = new Set(inTime.map(({ orderId }) => orderId))
  const abandoned = books.orders.filter((order) => order.isHold && !asked.has(order.id))
  const faults = abandoned
    .filter((order) => order.status !== 'CANCELLED' || order.reason !== 'expired')
    .map((order) => `order ${order.id} was never paid and is ${order.status} ${order.reason ?? ''}`)
  return {
    id: 'holds_over',
    claim: 'What nobody paid for is for sale again',
    examined: counted(abandoned.length, 'abandoned hold'),
    faults,
  }
}

/** Whoever was only told that the card was declined has no tickets. */
function declinedUnpaid(ledger: readonly Entry[], books: Books): Check {
  const pays = groupBy(
    ledger.filter(({ what }) => what === 'pay'),
    (entry) => entry.orderId,
  )
  const declined = [...pays].filter(([, entries]) =>
    entries.every(
      ({ outcome }) => outcome.kind === 'refused' && outcome.code === 'payment_declined',
    ),
  )
  const live = new Set(confirmed(books).map((order) => order.id))
  return {
    id: 'declined_unpaid',
    claim: 'Whoever was only declined has no tickets',
    examined: counted(
      sum([...pays.values()], (entries) => entries.filter(isDecline).length),
      'decline',
    ),
    faults: declined
      .filter(([orderId]) => live.has(orderId))
      .map(([orderId]) => `order ${orderId} was declined and has tickets`),
  }
}

const isDecline = ({ outcome }: Entry): boolean =>
  outcome.kind === 'refused' && outcome.code === 'payment_declined'

/** Order by order: captured once on either side, and paid back the same. */
function booksAgree(books: Books, provider: ProviderBooks): Check {
  const { payments, refunds } = books.money
  const ours = totals([
    ...payments.filter(({ status }) => status === 'captured' || status === 'returned'),
    ...refunds.filter(({ status }) => status === 'succeeded').map(minus),
  ])
  const theirs = totals([...provider.captures, ...provider.refunds.map(minus)])
  const faults = [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((orderId) => ours.get(orderId) !== theirs.get(orderId))
    .map(
      (orderId) =>
        `order ${orderId}: ${euros(ours.get(orderId) ?? 0)} for the shop, ${euros(theirs.get(orderId) ?? 0)} for the provider`,
    )
  return {
    id: 'books_agree',
    claim: 'The provider took what the shop says',
    examined: counted(provider.captures.length, 'capture'),
    faults,
  }
}

const minus = ({ orderId, cents }: { orderId: number; cents: number }) => ({
  orderId,
  cents: -cents,
})

const totals = (rows: { orderId: number; cents: number }[]): Map<number, number> =>
  new Map(
    [...groupBy(rows, (row) => row.orderId)].map(([orderId, group]) => [
      orderId,
      sum(group, (row) => row.cents),
    ]),
  )

/** The promise that matters most: whoever paid has tickets, or the money back. */
function nobodyCharged(books: Books, provider: ProviderBooks): Check {
  const tickets = groupBy(books.tickets, (ticket) => ticket.orderId)
  const price = books.types[0]?.priceCents ?? 0
  const kept = totals([...provider.captures, ...provider.refunds.map(minus)])
  const faults = [...kept]
    .map(([orderId, cents]) => ({
      orderId,
      cents,
      worth: price * (tickets.get(orderId) ?? []).filter((ticket) => !ticket.isVoid).length,
    }))
    .filter(({ cents, worth }) => cents !== worth)
    .map(({ orderId, cents, worth }) => `order ${orderId} was charged ${euros(cents)} for tickets worth ${euros(worth)}`) // prettier-ignore
  return {
    id: 'nobody_charged_for_nothing',
    claim: 'Nobody was charged without a ticket',
    examined: `${counted(kept.size, 'buyer')} charged`,
    faults,
  }
}
