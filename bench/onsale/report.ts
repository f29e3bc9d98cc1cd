/** The figures of a rush, for people and as JSON. */
import type { Books } from './audit.sql.ts'
import { LATENCIES, type Figures, ordersInBestSecond } from './figures.ts'
import { type Check, sum } from './check.ts'
import { confirmed } from './check-books.ts'
import type { Entry } from './ledger.ts'
import type { Options } from './options.ts'
import type { Processors } from './processors.ts'
import type { ProviderBooks } from './provider.ts'
import { milliseconds, number, refusalsOf, troubleOf } from './progress.ts'
import type { Terminal } from './terminal.ts'
import type { Verdict } from './verdict.ts'

/** What was measured beside the counting. */
export interface Measures {
  /** From the opening to the last planned arrival, and to the last answer. */
  arrivalSeconds: number
  answerSeconds: number
  /** How many processors the rush kept busy on either side, on average. */
  processors: Processors
  mailSeconds: number | undefined
}

export interface Report {
  options: Options
  figures: Figures
  measures: Measures
  books: Books | undefined
  provider: ProviderBooks | undefined
  /** What the buyers remember. */
  ledger: Entry[]
  checks: Check[]
  verdict: Verdict
}

/** From the opening to the placing of the last order, by the database's clock; undefined unless it sold out. */
function secondsToSellOut(books: Books | undefined): number | undefined {
  if (
    books?.event.opensAt === undefined ||
    books.event.opensAt === null ||
    books.event.sold < books.event.capacity
  )
    return undefined
  const last = confirmed(books).reduce((latest, { placedAt }) => Math.max(latest, +placedAt), 0)
  return (last - books.event.opensAt.getTime()) / 1000
}

/** What became of the holds and the money; tickets, but for the declines. */
export interface MoneyFigures {
  holds: number
  abandoned: number
  resold: number
  declines: number
  authentications: number
  oneShots: number
  captured: number
  /** Undefined where the provider's book could not be read. */
  capturedByProvider: number | undefined
}

export function moneyFiguresOf(
  books: Books,
  ledger: readonly Entry[],
  provider: ProviderBooks | undefined,
): MoneyFigures {
  const ticketsOf = (orders: { quantity: number }[]) => sum(orders, (order) => order.quantity)
  const price = books.types[0]?.priceCents ?? 1
  const abandoned = ticketsOf(books.orders.filter(({ reason }) => reason === 'expired'))
  const left = books.event.capacity - books.event.sold - books.event.held
  const paying = ledger.filter(({ what }) => what === 'pay')
  return {
    holds: ticketsOf(books.orders.filter(({ isHold }) => isHold)),
    abandoned,
    resold: Math.max(0, abandoned - left),
    declines: paying.filter(({ outcome }) => outcome.kind === 'refused' && outcome.code === 'payment_declined').length, // prettier-ignore
    authentications: paying.filter(({ outcome }) => outcome.kind === 'placed' && outcome.actionUrl !== undefined).length, // prettier-ignore
    oneShots: ticketsOf(confirmed(books).filter(({ isHold }) => !isHold)),
    captured: sum(books.money.payments, ({ status, cents }) => (status === 'captured' ? cents : 0)) / price, // prettier-ignore
    capturedByProvider: provider && sum(provider.captures, ({ cents }) => cents) / price,
  }
}

export function printFigures(terminal: Terminal, report: Omit<Report, 'verdict'>): void {
  const { figures, measures } = report
  const row = (name: string, text: string) => {
    terminal.print(`  ${name.padEnd(10)} ${text}`)
  }
  const rate = (count: number, seconds: number) => `${number(count / Math.max(seconds, 0.001))}/s`
  const soldOut = secondsToSellOut(report.books)
  row('asked', `${number(figures.asked)} requests, ${rate(figures.asked, measures.arrivalSeconds)}`)
  row(
    'answered',
    `${number(figures.answered)}, ${rate(figures.answered, measures.answerSeconds)}; ${troubleOf(figures)}`,
  )
  row(
    'sold',
    `${number(figures.tickets)} tickets in ${number(figures.orders)} orders` +
      (soldOut === undefined ? '' : `, all within ${soldOut.toFixed(2)} s of the opening`) +
      `; at most ${number(ordersInBestSecond(figures))} orders in a second`,
  )
  if (report.books !== undefined) {
    const money = moneyFiguresOf(report.books, report.ledger, report.provider)
    row('held', `${number(money.holds)} tickets; ${number(money.abandoned)} of them never paid, ${number(money.resold)} of those sold to somebody else`) // prettier-ignore
    row('paid', `${number(money.captured)} tickets by the shop's book, ${money.capturedByProvider === undefined ? 'the provider has no book to read' : `${number(money.capturedByProvider)} by the provider's`}; ${number(money.oneShots)} of them with the order`) // prettier-ignore
    row('cards', `${number(money.declines)} declined and another one tried, ${number(money.authentications)} shown to the bank first`) // prettier-ignore
  }
  row('again', `${number(figures.replays)} answers that repeated an order`)
  row('refused', refusalsOf(figures).replace('refused: ', ''))
  const { crowd, shop } = measures.processors
  row('processors', `${crowd.toFixed(2)} by the crowd` + (shop === undefined ? '' : `, ${shop.toFixed(2)} by the shop without its database`)) // prettier-ignore
  if (measures.mailSeconds !== undefined) {
    row('mail', `the last one ${measures.mailSeconds.toFixed(1)} s after the last answer`)
  }
  terminal.print('')
  terminal.print(`  ${'latency'.padEnd(10)} ${header}`)
  for (const name of LATENCIES) {
    const { count, maxMs, percentileMs } = figures.latency[name]
    const cells = [0.5, 0.9, 0.99].map(percentileMs)
    row(name, [...cells, maxMs].map(milliseconds).join('  ') + `   ${number(count)} answers`)
  }
}

const header = ['p50', 'p90', 'p99', 'max'].map((name) => name.padStart(8)).join('  ')

export function reportJson(whole: Report): string {
  const { options, figures, measures, books, provider, ledger, checks, verdict } = whole
  const { url, tickets, requests, ratePerSecond, buyers, connections, seed, isCold } = options
  const report = {
    verdict,
    settings: { url, tickets, requests, ratePerSecond, buyers, connections, seed, isCold },
    figures: {
      ...figures,
      refused: Object.fromEntries(figures.refused),
      unknown: Object.fromEntries(figures.unknown),
      ordersInBestSecond: ordersInBestSecond(figures),
      secondsToSellOut: secondsToSellOut(books),
      ...measures,
      money: books && moneyFiguresOf(books, ledger, provider),
      latencyMs: Object.fromEntries(
        LATENCIES.map((name) => {
          const { count, maxMs, percentileMs } = figures.latency[name]
          const [p50, p90, p99] = [0.5, 0.9, 0.99].map(percentileMs)
          return [name, { count, p50, p90, p99, max: maxMs }]
        }),
      ),
      latency: undefined,
    },
    checks,
  }
  return `${JSON.stringify(report, null, 2)}\n`
}
