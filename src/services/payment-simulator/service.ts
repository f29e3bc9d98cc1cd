/**
 * The payment simulator: a provider of payments for tests, demonstrations and development that speaks
 * a part of Stripe's protocol, keeps books of its own, and fails on demand. `docs/payment-simulator.md`
 * says what it can do.
 */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { seededRandom } from '../../kernel/seeded-random.ts'
import { prepareDataDir } from '../../platform/embedded-postgres/data-dir.ts'
import { lockFolder } from '../../platform/embedded-postgres/folder-lock.ts'
import { Resources } from '../../platform/resources.ts'
import { authenticationPath } from './authentication-page.ts'
import { Books, type Change } from './books.ts'
import { Faults } from './faults.ts'
import { listen, urlOf } from './http-server.ts'
import { IdempotencyKeys } from './idempotency.ts'
import { openLateRefunds } from './late-refunds.ts'
import { openLedger } from './ledger.ts'
import type { AuthenticationUrl } from './stripe-json.ts'
import { Webhooks } from './webhooks.ts'

const SEED_MAX = 2 ** 31
const SWEEP_MS = 20

export interface PaymentSimulatorOptions {
  /** Its own, with nothing else in it. It is made where it is missing. */
  folder: string
  host: string
  /** 0 for any that is free. */
  port: number
  /** What clients have to show, `sk_test_…`. */
  secretKey: string
  webhook: {
    /** What webhooks are signed with, `whsec_…`. */
    secret: string
    /** Where they go; undefined while there is nobody to tell. */
    url: () => string | undefined
  }
  logger: Logger
  /** Of the dice of its faults. */
  seed?: number
}

export interface PaymentSimulator extends AsyncDisposable {
  /** E.g. `http://127.0.0.1:41234`. */
  url: string
}

/**
 * Opens the books in the folder, listens, and goes on telling what was not told before.
 * @throws StartupError when the folder is another's or damaged, or the port taken.
 */
export async function startPaymentSimulator(
  options: PaymentSimulatorOptions,
): Promise<PaymentSimulator> {
  const resources = new Resources()
  try {
    return await start(options, resources)
  } catch (error) {
    await resources[Symbol.asyncDispose]()
    throw error
  }
}

async function start(
  options: PaymentSimulatorOptions,
  resources: Resources,
): Promise<PaymentSimulator> {
  const { host, port, logger, seed = randomInt(SEED_MAX) } = options
  const folder = await prepareDataDir(options.folder)
  const lock = await lockFolder(folder)
  resources.defer(async () => {
    lock.release()
    await Promise.resolve()
  })
  const books = new Books()
  const ledger = resources.use(await openLedger(folder, (change) => books.apply(change)))
  const faults = new Faults(seededRandom(seed))
  let url = ''
  const authenticationUrl: AuthenticationUrl = (intent) => `${url}${authenticationPath(intent)}`

  const onError = (error: unknown) => {
    logger.error({ err: error }, 'payment simulator failed')
  }
  const webhooks = new Webhooks({
    ...options.webhook,
    ...{ faults, logger, authenticationUrl },
    // If a crash forgets it, the event is sent once more.
    onSettled: (settled) => {
      const change = { at: Date.now(), settled }
      books.apply(change)
      ledger.write(change).catch(onError)
    },
  })
  const commit = async (change: Change) => {
    const events = books.apply(change)
    await ledger.write(change)
    if (change.refund !== undefined) lateRefunds.watch(change.refund)
    for (const event of events) webhooks.send(event)
  }
  const lateRefunds = openLateRefunds({ books, commit, onError })
  resources.use(webhooks)
  resources.use(lateRefunds)

  const stopping = new AbortController()
  const server = await listen(
    {
      ...{ books, faults, webhooks, commit, authenticationUrl, logger },
      keys: new IdempotencyKeys(books),
      flushed: ledger.flushed,
      isSecretKey: secretKeyCheck(options.secretKey),
      pause: async (ms) => await sleep(ms, true, { signal: stopping.signal }).catch(() => false),
    },
    { host, port },
  )
  resources.defer(async () => {
    stopping.abort()
    await close(server)
  })
  url = urlOf(server, host)
  for (const { event, status } of books.deliveries.values()) {
    if (status === 'pending') webhooks.send(event)
  }
  logger.info({ url, seed, intents: books.intents.size }, 'payment simulator is open')
  return { url, [Symbol.asyncDispose]: async () => await resources[Symbol.asyncDispose]() }
}

/** Bearer, or the user of basic authentication, as Stripe takes it. */
function secretKeyCheck(secretKey: string): (authorization: string | undefined) => boolean {
  const accepted = new Set([
    `Bearer ${secretKey}`,
    `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`,
    `Basic ${Buffer.from(secretKey).toString('base64')}`,
  ])
  return (authorization) => authorization !== undefined && accepted.has(authorization)
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // A connection on which an answer is on its way is idle a moment later.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
  await closed
  clearInterval(sweep)
}
