/**
 * The shop, which kills itself at a chosen point of its work as long as a file says so: the same
 * composition as `serve`, with the driver and the provider wrapped. The file holds the name of the
 * point and how often it is passed first, e.g. `{"point":"after the hold commits","after":3}`.
 */
import { existsSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { composeShop } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import type { PaymentProvider } from '../../src/platform/payments.ts'
import type { CrashOrder, CrashPoint } from './crash-points.ts'

const file = process.env['CRASH_FILE'] ?? ''
let passed = 0

/** Does not come back when this is the point. */
function pass(point: CrashPoint): void {
  if (!existsSync(file)) return
  const order = JSON.parse(readFileSync(file, 'utf8')) as CrashOrder
  if (order.point !== point) return
  passed += 1
  if (passed > order.after) process.kill(process.pid, 'SIGKILL')
}

type Query = (this: object, ...parameters: unknown[]) => unknown

/** What is about to be sent, and what was answered, by the words of the statement. */
const STATEMENTS: readonly { of: RegExp; before?: CrashPoint; after?: CrashPoint }[] = [
  { of: /from place_orders\(/, before: 'before the hold commits', after: 'after the hold commits' },
  { of: /from start_payments\(/, after: 'after the payment is started' },
  {
    of: /from settle_orders\(/,
    before: 'before the settlement commits',
    after: 'after the settlement commits',
  },
  { of: /from release_orders\(/, after: 'after a hold is given back' },
  { of: /from refund_tickets\(/, after: 'after tickets are taken back, before the commit' },
  { of: /^insert into jobs /, after: 'after the relay published, before it deletes' },
  { of: /^insert into webhook_inbox/, after: 'after a webhook is kept' },
  { of: /^update webhook_inbox set handled_at/, before: 'after a webhook took effect' },
]
/** From then on the connection is in a transaction that sends a mail. */
const JOB = /^delete from jobs where id/
const COMMIT = /^commit/

function wrapDriver(): void {
  const original = pg.Client.prototype.query as Query
  const sending = new WeakSet<object>()
  const wrapped: Query = function query(...parameters) {
    const [first] = parameters
    const text = (typeof first === 'string' ? first : (first as { text?: string }).text) ?? ''
    if (JOB.test(text)) sending.add(this)
    if (COMMIT.test(text) && sending.delete(this)) pass('after the mail, before its job ends')
    const point = STATEMENTS.find(({ of }) => of.test(text.trimStart()))
    if (point?.before !== undefined) pass(point.before)
    const { after } = point ?? {}
    if (after === undefined) return original.apply(this, parameters)
    const last = parameters.at(-1)
    if (typeof last === 'function') {
      const done = (...answer: unknown[]) => {
        pass(after)
        return (last as (...answer: unknown[]) => unknown)(...answer)
      }
      return original.apply(this, [...parameters.slice(0, -1), done])
    }
    return (original.apply(this, parameters) as Promise<unknown>).finally(() => {
      pass(after)
    })
  }
  pg.Client.prototype.query = wrapped as typeof pg.Client.prototype.query
}

function aroundProvider(provider: PaymentProvider): PaymentProvider {
  return {
    ...provider,
    async createIntent(order) {
      const intent = await provider.createIntent(order)
      pass('after the provider made a payment')
      return intent
    },
    async confirm(command) {
      pass('before the provider is asked to pay')
      const state = await provider.confirm(command)
      pass('after the provider was asked to pay')
      return state
    },
    async cancel(intentId) {
      const state = await provider.cancel(intentId)
      pass('after the provider voided a payment')
      return state
    },
    async refund(command) {
      pass('before the provider is asked to pay back')
      const told = await provider.refund(command)
      pass('after the provider paid back')
      return told
    },
  }
}

wrapDriver()
const config = loadConfig(process.env, process.argv.slice(3))
const shop = await composeShop(config, { aroundProvider })
/** As `serve` has it: all who waited for it to come back come at once. */
const BACKLOG = 4_096
const address = await shop.http.listen({ host: config.host, port: config.port, backlog: BACKLOG })
console.log(`  Box Office is open:  ${address}`)
