/** The only wiring: from the configuration to resources, services and a server. */
import { collectDefaultMetrics, Registry } from 'prom-client'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Config, Role } from './config.ts'
import { AppError } from './kernel/errors.ts'
import { StartupError } from './kernel/startup-error.ts'
import { mailLookups, printingLookups } from './lookups.ts'
import { openDatabase } from './open-database.ts'
import { type ProviderOptions, openPaymentProvider, webhookUrlOf } from './open-payment-provider.ts'
import { personalDataOfServices } from './personal-data-of-services.ts'
import { requireDurability } from './platform/durability.ts'
import { addApiDocs } from './platform/http/api-docs.ts'
import { operationsRoutes } from './platform/http/operations.ts'
import { createHttpMetrics } from './platform/http/request-telemetry.ts'
import { type HttpApp, createHttpServer, stopHttpServer } from './platform/http/server.ts'
import { openMailServer } from './platform/mail.ts'
import { createLogger } from './platform/logger.ts'
import { migrate } from './platform/migrations.ts'
import { RUNNERS_MAX, startJobRunners } from './platform/outbox/jobs.ts'
import { startRelay } from './platform/outbox/relay.ts'
import { outboxTelemetry } from './platform/outbox/telemetry.ts'
import { Database, type DatabaseOptions } from './platform/postgres.ts'
import { Resources } from './platform/resources.ts'
import type { Repetition } from './platform/repeat.ts'
import type { Service } from './platform/service.ts'
import { loadSigningKeys } from './platform/signing-keys.ts'
import { loadTls } from './platform/tls.ts'
import { SAMPLE_ACCOUNTS, createSampleData } from './sample-data.ts'
import { adminService } from './services/admin/service.ts'
import { writeAuditEntry } from './services/admin/write-audit-entry.ts'
import { eventService } from './services/event/service.ts'
import { type Payments, paymentService } from './services/payment/service.ts'
import { notificationService } from './services/notification/service.ts'
import {
  PURCHASE_CONNECTIONS,
  type TicketingDeps,
  ticketingService,
} from './services/ticketing/service.ts'
import { hashPassword } from './services/user/passwords.ts'
import { userService } from './services/user/service.ts'
import { renderNotFound, webPages } from '../web/pages.ts'

const CONNECTIONS_MAX = 10
/** For the runners and the relay. */
const JOB_CONNECTIONS = RUNNERS_MAX + 1
/** A mail leaves inside its job's transaction, which is idle until the mail server has answered. */
const JOB_IDLE_MS = 60_000
/** A batch takes milliseconds; one that takes this long is stuck, and buyers are waiting. */
const PURCHASE_TIMEOUT_MS = 3_000
const VERSION = '0.1.0'

/** A composed shop, not listening yet. Disposing stops all of it, the database last. */
export interface Shop extends AsyncDisposable {
  http: HttpApp
  logger: Logger
  /** How to reach its database. */
  databaseConnection: pg.ClientConfig
  /** From now on `/readyz` tells load balancers to send nothing more. */
  announceStop: () => void
  /** Where the payment simulator of this process listens, if it runs one. */
  paymentSimulatorUrl: string | undefined
}

/**
 * Starts everything the configured roles need.
 * @param replaced What the benchmark and tests put in the place of a part.
 * @throws StartupError when something is in the way.
 */
export async function composeShop(
  config: Config,
  replaced: Pick<TicketingDeps, 'decideBatch' | 'waitingMax'> &
    Pick<ProviderOptions, 'aroundProvider'> = {},
): Promise<Shop> {
  // What was opened is closed in the reverse order, also when a later step fails.
  await using opening = new Resources()
  const logger = createLogger(config.logLevel)
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })

  const databaseConnection = await openDatabase({ config, opening, logger })
  await migrate(databaseConnection)
  const database = (options: Omit<DatabaseOptions, 'connection'>) =>
    opening.use(new Database({ connection: databaseConnection, ...options }))
  const db = database({ name: 'main', connectionsMax: CONNECTIONS_MAX })
  const purchaseDb = database({
    name: 'purchases',
    connectionsMax: PURCHASE_CONNECTIONS,
    keepsConnections: true,
    statementTimeoutMs: PURCHASE_TIMEOUT_MS,
  })
  // A job that a crash forgets is done again together with its effect, so it need not wait for the
  // disk, and leaves the disk to purchases.
  const jobsDb = database({
    name: 'jobs',
    connectionsMax: JOB_CONNECTIONS,
    settings: {
      synchronous_commit: 'off',
      idle_in_transaction_session_timeout: String(JOB_IDLE_MS),
    },
  })
  if (!config.allowUnsafeDurability) await requireDurability(db)

  const signingKeys = await loadSigningKeys({ authKey: config.authKey, dataDir: config.dataDir })
  const tls = await loadTls({ ...config.tls, dataDir: config.dataDir, hosts: [config.host] })

  /** What is opened last, and asked for by what is opened before. */
  const open: { http?: HttpApp } = {}
  const { provider, defaultPaymentMethod, simulatorUrl } = await openPaymentProvider({
    ...{ config, db, signingKeys, opening, logger, ...replaced },
    webhookUrl: () => open.http && webhookUrlOf(open.http, tls !== undefined),
  })

  let relay: Repetition | undefined
  const user = userService({
    ...{ db, audit: writeAuditEntry, signingKeys },
    ...{
      isProduction: config.isProduction,
      secureCookies: tls !== undefined || config.isProduction,
    },
    limitsAddresses: config.rateLimits !== 'off',
    ...{ personalData: personalDataOfServices(db), logger, signIn: config.signIn },
  })
  const ticketing = ticketingService({
    db,
    purchaseDb,
    registry,
    audit: writeAuditEntry,
    logger,
    payments: {
      charge: async (started) => await payments().charge(started),
      voidPayment: async (open, reason) => await payments().voidPayment(open, reason),
      wakeRefunds: () => {
        payments().wakeRefunds()
      },
      defaultPaymentMethod,
    },
    signingKeys,
    printing: printingLookups({ accounts: user.accounts, events: () => event.events }),
    onOrdersPlaced: () => relay?.wake(),
    ...replaced,
  })
  const payment = paymentService({
    ...{ db, provider, registry, logger, audit: writeAuditEntry },
    owners: ticketing.openPayments,
    open: ticketing.openPayments,
    onPublished: () => relay?.wake(),
    isBusy: ticketing.ticketing.isBusy,
  })
  /** Each of the two needs the other; nobody asks before both are there. */
  function payments(): Payments {
    return payment.payments
  }
  const event = eventService({
    ...{ db, audit: writeAuditEntry, stock: ticketing.stock, registry, logger },
    onCancelled: ticketing.ticketing.undoCancelledEvents,
  })
  const mailServer =
    config.smtpUrl === undefined
      ? undefined
      : opening.use(openMailServer(config.smtpUrl, config.mailFrom))
  const notification = notificationService({
    db,
    sendMail: mailServer?.sendMail,
    neverSendTo: new Set(SAMPLE_ACCOUNTS.map((account) => account.email)),
    publicUrl: config.publicUrl,
    ...mailLookups({
      accounts: user.accounts,
      events: event.events,
      ticketing: ticketing.ticketing,
      payments: payment.payments,
      publicUrl: config.publicUrl,
    }),
    makeToken: user.accounts.makeToken,
  })
  const admin = adminService({ db, accounts: user.accounts, logger })
  const web = webPages({
    ...{ accounts: user.accounts, foreignSignIn: user.foreignSignIn },
    ...{ events: event.events, ticketing: ticketing.ticketing },
    ...{ books: payment.payments, refunds: payment.payments },
    ...{ hasTestCards: defaultPaymentMethod !== undefined, origin: config.signIn.origin },
    mailbox: config.isProduction ? undefined : notification.mailbox,
    secureCookies: tls !== undefined || config.isProduction,
  })

  const services: Record<Role, Service> = {
    user,
    event,
    ticketing,
    payment,
    admin,
    web,
    worker: notification,
    'payment-simulator': { name: 'payment-simulator' },
  }
  const chosen = Object.entries(services).filter(([role]) => config.roles.has(role as Role))

  let isStopping = false
  const http = await createHttpServer({
    logger,
    metrics: createHttpMetrics(registry),
    authenticate: user.authenticate,
    door: ticketing.door,
    frontDesks: chosen.flatMap(([, service]) => service.frontDesk ?? []),
    rateLimits: config.rateLimits,
    tls,
    renderNotFound: config.roles.has('web') ? renderNotFound : undefined,
    trustedProxies: config.trustedProxies,
  })
  await addApiDocs(http, { version: VERSION, hasPages: !config.isProduction })
  operationsRoutes(http, {
    registry,
    checkReady: async () => {
      await db.query('select 1')
    },
    isStopping: () => isStopping,
  })
  for (const [, service] of chosen) service.routes?.(http)
  await http.ready()
  open.http = http

  if (config.admin !== undefined) {
    await user.accounts.createFirstAdmin(config.admin).catch((error: unknown) => {
      throw adminFault(error)
    })
  }
  if (config.sampleData) {
    const { setCapacity } = ticketing.stock
    await createSampleData({ db, hashPassword, setCapacity, provider })
  }

  // Every process verifies tokens, so every one has to learn which were revoked.
  for (const service of new Set([user, ...chosen.map(([, service]) => service)])) {
    const started = await service.start?.()
    if (started !== undefined) opening.use(started)
  }
  if (config.roles.has('worker')) {
    const consumers = Object.values(services).flatMap((service) => [...(service.consumers ?? [])])
    outboxTelemetry(registry, db)
    const runners = opening.use(
      startJobRunners({
        db: jobsDb,
        consumers,
        logger,
        isBusy: ticketing.ticketing.isBusy,
      }),
    )
    relay = opening.use(startRelay({ db: jobsDb, consumers, logger, onJobs: runners.wake }))
  }
  // Registered last, so closed first: answers what is running, takes nothing new.
  opening.defer(async () => {
    await stopHttpServer(http)
  })

  const running = opening.move()
  return {
    http,
    logger,
    databaseConnection,
    paymentSimulatorUrl: simulatorUrl,
    announceStop: () => {
      isStopping = true
    },
    async [Symbol.asyncDispose]() {
      isStopping = true
      await running[Symbol.asyncDispose]()
    },
  }
}

/** What is wrong with the first admin's settings, by the name of the variable. */
function adminFault(error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  const { field } = error.details
  if (field !== 'email' && field !== 'password') return error
  return new StartupError(`ADMIN_${field.toUpperCase()} cannot be used: ${error.message}`, {
    cause: error,
  })
}
