/** The ticketing service: sells, and shows buyers what they bought. Its only door. */
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Audit } from '../../platform/audit.ts'
import type { Database } from '../../platform/postgres.ts'
import type { Door } from '../../platform/http/door.ts'
import type { Repetition } from '../../platform/repeat.ts'
import type { Service } from '../../platform/service.ts'
import type { SigningKeys } from '../../platform/signing-keys.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { Batcher } from './batcher.ts'
import { findBuyersOf } from './buyers.sql.ts'
import { type Purchase, type Verdict, decideBatch } from './decide-batch.ts'
import { Drawer } from './drawing/drawer.ts'
import { startExpiry } from './expire-holds.ts'
import { type Stock, createInProcessGate } from './gate.ts'
import { type GiveBackDeps, type PaymentProviderPort, giveBackOrder } from './give-back-order.ts'
import { IdBlocks } from './id-blocks.ts'
import { listOrders } from './list-orders.ts'
import { createOpenPayments } from './open-payments.ts'
import { findOpenHolds, findOrder, findTicketsOfRefund, hasOrders } from './orders.sql.ts'
import { type PayOrderCommand, type PayOrderDeps, payOrder } from './pay-order.ts'
import { paymentRoutes } from './payment-routes.ts'
import { FILE_LINKS_PURPOSE, createFileLinks } from './file-links.ts'
import { type PlaceOrderDeps, type PlacementQuestion, placeOrder } from './place-order.ts'
import { type Placement, findPlacements } from './placements.sql.ts'
import { fetchIdBlocks, readStock } from './purchase.sql.ts'
import { type RefundOrderDeps, refundOrder } from './refund-order.ts'
import { ticketingRoutes } from './routes.ts'
import { type Settled, settleBatch } from './settle-batch.ts'
import { type Settlement, type StartVerdict, startPayments } from './settlement.sql.ts'
import { type TicketingStock, lockStock, setCapacity } from './stock.sql.ts'
import { createTicketingTelemetry } from './telemetry.ts'
import { startUndoing } from './undo-cancelled-events.ts'
import { ticketFileRoutes } from './ticket-file-routes.ts'
import { type TicketFilesDeps, createTicketFiles } from './ticket-files.ts'
import { createTicketTokens } from './ticket-token.ts'
import type { Ticketing } from './ticketing.ts'

export type { Ticketing }

/** In a rush, as many as arrive between two looks at the database: fewer would leave it idle. */
const BATCH_MAX = 1_024
/** Beyond so much of purchases a quick 503 is kinder. */
const WAIT_TARGET_MS = 700
const WAITING_MIN = 256
/** Half a second on a large machine; it bounds the memory. */
const WAITING_MAX = 16_384
const WAITING_PER_USER_MAX = 64
const WAIT_MAX_MS = 5_000
/** As long after a purchase the next one is near, and lesser work would stand in its way. */
const SALE_PAUSE_MS = 250
/** Batches on their way at the same time, over all events; settlements besides. */
const BATCHES_MAX = 4
/** Connections that purchases have for themselves. */
export const PURCHASE_CONNECTIONS = 2 * BATCHES_MAX

export interface TicketingDeps {
  /** For reading. */
  db: Database
  /** For purchases alone, so that nothing else can hold them up. */
  purchaseDb: Database
  registry: Registry
  audit: Audit
  logger: Logger
  payments: PaymentProviderPort
  signingKeys: SigningKeys
  /** What tickets say that others know. */
  printing: Pick<TicketFilesDeps, 'findEvent' | 'nameOf' | 'posterOf'>
  /** Called after a batch is durable: its message waits in the outbox. */
  onOrdersPlaced: () => void
  clock?: Clock
  /** Decides a batch; only the benchmark has another one. */
  decideBatch?: typeof decideBatch
  /** How many purchases may wait; only a test has another number. */
  waitingMax?: number
}

export function ticketingService(deps: TicketingDeps): Service & {
  ticketing: Ticketing
  stock: TicketingStock
  door: Door
  openPayments: ReturnType<typeof createOpenPayments>
} {
  const { db, purchaseDb, payments, logger } = deps
  const decide = deps.decideBatch ?? decideBatch
  const gate = createInProcessGate(async (eventId) => await readStock(purchaseDb, eventId))
  const telemetry = createTicketingTelemetry(deps.registry, () => purchases.waiting)

  const onStock = (eventId: number, stock: Stock) => {
    gate.heal(eventId, stock)
  }
  let decidedAt = -SALE_PAUSE_MS
  const decideDeps = {
    db: purchaseDb,
    orderIds: new IdBlocks(
      async (count) => await fetchIdBlocks(purchaseDb, 'orders_id_seq', count),
    ),
    ticketIds: new IdBlocks(
      async (count) => await fetchIdBlocks(purchaseDb, 'tickets_id_seq', count),
    ),
    onDecided: (batch: Parameters<typeof telemetry.batchDecided>[0]) => {
      decidedAt = performance.now()
      gate.heal(batch.eventId, batch.stock)
      telemetry.batchDecided(batch)
      if (batch.placed > 0) deps.onOrdersPlaced()
    },
  }
  const limits = {
    batchMax: BATCH_MAX,
    waitingMax: deps.waitingMax ?? WAITING_MAX,
    waitingMin: WAITING_MIN,
    waitTargetMs: WAIT_TARGET_MS,
    waitingPerUserMax: WAITING_PER_USER_MAX,
    waitMaxMs: WAIT_MAX_MS,
    batchesMax: BATCHES_MAX,
  }
  // What is under way is never turned away: those who pay have their tickets already.
  const never = { waitTargetMs: Number.POSITIVE_INFINITY, waitMaxMs: Number.POSITIVE_INFINITY }
  const settleDeps = {
    db: purchaseDb,
    ticketIds: decideDeps.ticketIds,
    onSettled: (eventId: number, stock: Stock, granted: number) => {
      decidedAt = performance.now()
      onStock(eventId, stock)
      telemetry.settled(granted)
      deps.onOrdersPlaced()
    },
  }
  const settlements = new Batcher<Settlement, Settled>(
    async (eventId, batch) => await settleBatch(settleDeps, eventId, batch),
    { ...limits, ...never, waitingMax: 4 * WAITING_MAX, batchesMax: BATCHES_MAX - 1 },
  )
  const starts = new Batcher<PayOrderCommand, StartVerdict>(
    async (_lane, requests) =>
      (await startPayments(purchaseDb, requests)).map((answer) => ({ answer })),
    { ...limits, ...never, batchesMax: 1 },
  )
  const purchases = new Batcher<Purchase, Verdict>(
    async (eventId, batch) => await decide(decideDeps, eventId, batch),
    limits,
  )
  const placements = new Batcher<PlacementQuestion, Placement | undefined>(
    async (_lane, questions) =>
      (await findPlacements(purchaseDb, questions)).map((answer) => ({ answer })),
    { ...limits, batchesMax: 1 },
  )
  const payDeps: PayOrderDeps = {
    db: purchaseDb,
    starts,
    charge: payments.charge,
    settlements,
    background: new Set(),
    onFault: (error, orderId) => {
      logger.warn({ err: error, order: orderId }, 'payment is left to the recovery')
    },
  }
  const placeDeps: PlaceOrderDeps = {
    ...payDeps,
    gate,
    purchases,
    placements,
    running: new Set(),
    onGateRefusal: telemetry.refusedAtGate,
    defaultPaymentMethod: payments.defaultPaymentMethod,
  }
  const { voidPayment } = payments
  const giveBackDeps: GiveBackDeps = { db: purchaseDb, settlements, voidPayment, onStock }
  const refundDeps: RefundOrderDeps = {
    ...{ db, audit: deps.audit, onStock },
    onRefunds: payments.wakeRefunds,
  }

  let undoing: Repetition | undefined
  const links = createFileLinks({
    key: deps.signingKeys.deriveSecret(FILE_LINKS_PURPOSE),
    clock: deps.clock ?? systemClock,
  })
  const files = createTicketFiles({
    ...deps.printing,
    db,
    links,
    tokens: createTicketTokens({ keys: deps.signingKeys }),
    drawer: new Drawer(),
    onWanted: deps.onOrdersPlaced,
  })

  const openPayments = createOpenPayments({ db, settlements })
  const ticketing: Ticketing = {
    placeOrder: async (command) => await placeOrder(placeDeps, command),
    payOrder: async (command) => await payOrder(payDeps, command),
    giveBackOrder: async (command) => await giveBackOrder(giveBackDeps, command),
    refundOrder: async (command) => await refundOrder(refundDeps, command),
    isBusy: () => purchases.isBusy || performance.now() - decidedAt < SALE_PAUSE_MS,
    undoCancelledEvents: () => undoing?.wake(),
    ordersOf: async (userId, page) => await listOrders(db, userId, page),
    openHoldsOf: async (userId, limit) => await findOpenHolds(db, userId, limit),
    checkPaymentSoon: openPayments.checkSoon,
    findOrder: async (orderId) => await findOrder(db, orderId),
    findBuyersOf: async (eventId, afterUserId, limit) =>
      await findBuyersOf(db, eventId, afterUserId, limit),
    findTicketsOfRefund: async (refundId) => await findTicketsOfRefund(db, refundId),
    linksOf: files.linksOf,
    drawQrCodes: files.drawQrCodes,
  }

  return {
    name: 'ticketing',
    ticketing,
    openPayments,
    door: {
      method: 'POST',
      path: '/api/v1/orders',
      isClosed: (coming) => purchases.isFullWith(coming),
      retryAfterSeconds: () => purchases.expectedMs / 1000,
      onTurnedAway: telemetry.turnedAway,
    },
    stock: {
      lock: lockStock,
      hasOrders,
      async setCapacity(tx, event) {
        await setCapacity(tx, event)
        // Nobody hears "sold out" for what has just become more.
        gate.heal(event.eventId, undefined)
      },
    },
    routes: (app) => {
      ticketingRoutes(app, { db, files, placeOrder: ticketing.placeOrder })
      paymentRoutes(app, {
        payOrder: ticketing.payOrder,
        giveBackOrder: ticketing.giveBackOrder,
        refundOrder: ticketing.refundOrder,
      })
      ticketFileRoutes(app, { files, links })
    },
    consumers: files.consumers,
    async start() {
      // Connections and ids are there before the first buyer is.
      await Promise.all([
        ...Array.from(
          { length: PURCHASE_CONNECTIONS },
          async () => await purchaseDb.query('select pg_sleep(0.01)'),
        ),
        decideDeps.orderIds.take(0),
        decideDeps.ticketIds.take(0),
      ])
      const expiry = startExpiry({ db, logger, onStock })
      const undo = startUndoing({ ...refundDeps, logger })
      undoing = undo
      return {
        async [Symbol.asyncDispose]() {
          await undo[Symbol.asyncDispose]()
          await expiry[Symbol.asyncDispose]()
          await purchases.drain()
          await starts.drain()
          await Promise.allSettled(payDeps.background)
          await settlements.drain()
          await placements.drain()
        },
      }
    },
  }
}
