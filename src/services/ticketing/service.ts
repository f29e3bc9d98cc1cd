/** The ticketing service: sells, and shows buyers what they bought. Its only door. */
import type { Registry } from 'prom-client'
import type { Database, Transaction } from '../../platform/postgres.ts'
import type { Door } from '../../platform/http/door.ts'
import type { Service } from '../../platform/service.ts'
import type { SigningKeys } from '../../platform/signing-keys.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { Batcher } from './batcher.ts'
import { type Purchase, type Verdict, decideBatch } from './decide-batch.ts'
import { FILE_LINKS_PURPOSE, createFileLinks } from './file-links.ts'
import { createInProcessGate } from './gate.ts'
import { IdBlocks } from './id-blocks.ts'
import { type Order, findOrder, findOrdersOf, hasOrders } from './orders.sql.ts'
import { Drawer } from './pdf/drawer.ts'
import {
  type PlaceOrderCommand,
  type PlaceOrderDeps,
  type PlacedOrder,
  type PlacementQuestion,
  placeOrder,
} from './place-order.ts'
import { type Placement, fetchIdBlocks, findPlacements, readStock } from './purchase.sql.ts'
import { ticketingRoutes } from './routes.ts'
import { type Capacity, lockStock, setCapacity } from './stock.sql.ts'
import { createTicketingTelemetry } from './telemetry.ts'
import { ticketFileRoutes } from './ticket-file-routes.ts'
import { type TicketFiles, type TicketFilesDeps, createTicketFiles } from './ticket-files.ts'
import { createTicketTokens } from './ticket-token.ts'

/** In a rush, as many as arrive between two looks at the database: fewer would leave it idle. */
const BATCH_MAX = 1_024
/** Beyond half a second of purchases a quick 503 is kinder. */
const WAIT_TARGET_MS = 500
const WAITING_MIN = 256
/** Half a second on a large machine; it bounds the memory. */
const WAITING_MAX = 16_384
const WAITING_PER_USER_MAX = 64
const WAIT_MAX_MS = 5_000
/** As long after a purchase the next one is near, and lesser work would stand in its way. */
const SALE_PAUSE_MS = 250
/** Connections that purchases have for themselves. */
export const PURCHASE_CONNECTIONS = 4

/** What other parts may ask of ticketing. */
export interface Ticketing {
  placeOrder: (command: PlaceOrderCommand) => Promise<PlacedOrder>
  /** Whether purchases are on their way or were a moment ago, so that lesser work steps back. */
  isBusy: () => boolean
  ordersOf: (userId: number, limit: number) => Promise<Order[]>
  findOrder: (orderId: number) => Promise<Order | undefined>
  /** Where the files of an order are that was found. */
  linksOf: TicketFiles['linksOf']
}

/** What the event service needs for the stock of its events. */
export interface TicketingStock {
  setCapacity: (tx: Transaction, event: Capacity) => Promise<void>
  lock: (tx: Transaction, eventId: number) => Promise<void>
  hasOrders: (tx: Transaction, eventId: number) => Promise<boolean>
}

export interface TicketingDeps {
  /** For reading. */
  db: Database
  /** For purchases alone, so that nothing else can hold them up. */
  purchaseDb: Database
  registry: Registry
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

export function ticketingService(
  deps: TicketingDeps,
): Service & { ticketing: Ticketing; stock: TicketingStock; door: Door } {
  const { db, purchaseDb } = deps
  const decide = deps.decideBatch ?? decideBatch
  const gate = createInProcessGate(async (eventId) => await readStock(purchaseDb, eventId))
  const telemetry = createTicketingTelemetry(deps.registry, () => purchases.waiting)

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
    batchesMax: PURCHASE_CONNECTIONS,
  }
  const purchases = new Batcher<Purchase, Verdict>(
    async (eventId, batch) => await decide(decideDeps, eventId, batch),
    limits,
  )
  const placements = new Batcher<PlacementQuestion, Placement | undefined>(
    async (_lane, questions) =>
      (await findPlacements(purchaseDb, questions)).map((answer) => ({ answer })),
    { ...limits, batchesMax: 1 },
  )
  const placeDeps: PlaceOrderDeps = {
    gate,
    purchases,
    placements,
    running: new Set(),
    onGateRefusal: telemetry.refusedAtGate,
  }

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

  const ticketing: Ticketing = {
    placeOrder: async (command) => await placeOrder(placeDeps, command),
    isBusy: () => purchases.isBusy || performance.now() - decidedAt < SALE_PAUSE_MS,
    ordersOf: async (userId, limit) => await findOrdersOf(db, userId, { limit, after: undefined }),
    findOrder: async (orderId) => await findOrder(db, orderId),
    linksOf: files.linksOf,
  }

  return {
    name: 'ticketing',
    ticketing,
    door: {
      method: 'POST',
      path: '/api/v1/orders',
      isClosed: () => purchases.isFull,
      retryAfterSeconds: () => purchases.expectedWaitMs / 1000,
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
      return {
        async [Symbol.asyncDispose]() {
          await purchases.drain()
          await placements.drain()
        },
      }
    },
  }
}
