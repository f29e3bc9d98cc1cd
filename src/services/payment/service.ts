/** The payment service: talks to the provider, keeps the books, pays refunds back. Its only door. */
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { Gauge, type Registry } from 'prom-client'
import type {
  Charge,
  OpenPayment,
  PaymentOutcome,
  VoidPayment,
} from '../../contracts/payment-under-way.ts'
import type { Audit } from '../../platform/audit.ts'
import type { PaymentProvider } from '../../platform/payments.ts'
import type { Database } from '../../platform/postgres.ts'
import { Resources } from '../../platform/resources.ts'
import type { Repetition } from '../../platform/repeat.ts'
import type { Service } from '../../platform/service.ts'
import { adminPaymentRoutes } from './admin-routes.ts'
import { chargePayment } from './charge-payment.ts'
import { startHandlingMessages } from './handle-messages.ts'
import { gatherMessages } from './gather-messages.ts'
import { startProving } from './keep-proving.ts'
import { startPayingBack } from './pay-back-refunds.ts'
import { type EventProof, readProof } from './proof.sql.ts'
import { type ProofCheck, checkProof } from './proof.ts'
import { startRecovery } from './recover-payments.ts'
import { type Refund, countFailedRefunds, findRefund, findRefundsOf } from './refunds.sql.ts'
import { type Owners, paymentRoutes } from './routes.ts'
import { voidPayment } from './void-payment.ts'
import { WEBHOOK_PATH, webhookRoutes } from './webhook-routes.ts'

export { WEBHOOK_PATH }
export type { EventProof, ProofCheck, Refund }

/** What other parts may ask of the payment service. */
export interface Payments {
  charge: Charge
  voidPayment: VoidPayment
  /** At most some seconds old. */
  findProof: (eventId: number) => Promise<{ proof: EventProof; checks: ProofCheck[] } | undefined>
  findRefund: (refundId: number) => Promise<Refund | undefined>
  /** The refunds of an order, the first one first. */
  refundsOf: (orderId: number) => Promise<Refund[]>
  /** Refunds were decided. */
  wakeRefunds: () => void
}

export interface PaymentServiceDeps {
  db: Database
  provider: PaymentProvider
  registry: Registry
  logger: Logger
  audit: Audit
  owners: Owners
  /** What ticketing says and does about payments. */
  open: {
    claimOpenPayments: (limit: number) => Promise<OpenPayment[]>
    findUnsettled: (orderIds: readonly number[]) => Promise<OpenPayment[]>
    findIntent: (orderId: number) => Promise<string | undefined>
    checkSoon: (orderId: number) => Promise<void>
    settle: (payment: OpenPayment, outcome: PaymentOutcome) => Promise<void>
  }
  onPublished: () => void
  isBusy: () => boolean
}

/** Counting a stadium takes a moment, and everybody may ask. */
const PROOF_MS_MAX = 5_000
const PROOFS_KEPT_MAX = 1_000

export function paymentService(deps: PaymentServiceDeps): Service & { payments: Payments } {
  const { db, provider, logger, open, onPublished } = deps
  let refunding: Repetition | undefined
  let handling: Repetition | undefined
  const proofs = new LRUCache<number, { proof: EventProof | undefined }>({
    max: PROOFS_KEPT_MAX,
    ttl: PROOF_MS_MAX,
    // One counting at a time, however many wait for it.
    fetchMethod: async (eventId) => ({ proof: await readProof(db, eventId) }),
  })
  const wakeRefunds = () => refunding?.wake()
  const proofOf = async (eventId: number) => (await proofs.fetch(eventId))?.proof

  return {
    name: 'payment',
    payments: {
      charge: async (payment) => await chargePayment(provider, payment),
      voidPayment: async (payment, reason) => await voidPayment(provider, payment, reason),
      async findProof(eventId) {
        const proof = await proofOf(eventId)
        return proof && { proof, checks: checkProof(proof) }
      },
      findRefund: async (refundId) => await findRefund(db, refundId),
      refundsOf: async (orderId) => await findRefundsOf(db, orderId),
      wakeRefunds,
    },
    routes: (app) => {
      paymentRoutes(app, { db, proofOf, ...deps.owners })
      adminPaymentRoutes(app, { db, audit: deps.audit, wakeRefunds })
      webhookRoutes(app, {
        provider,
        keep: gatherMessages(db),
        onMessage: () => handling?.wake(),
      })
    },
    async start() {
      await using starting = new Resources()
      starting.use(startRecovery({ provider, logger, ...open }))
      handling = starting.use(startHandlingMessages({ db, onPublished, logger, ...open }))
      refunding = starting.use(startPayingBack({ db, provider, onPublished, logger, ...open }))
      starting.use(startProving(deps))
      countWhatIsOwed(deps)
      return await Promise.resolve(starting.move())
    },
  }
}

function countWhatIsOwed({ registry, db }: PaymentServiceDeps): void {
  const gauge = new Gauge({
    name: 'boxoffice_refunds_failed',
    help: 'Refunds that the bank turned down: owed until an admin has them tried again.',
    registers: [registry],
    async collect() {
      // Metrics matter most while the database is away, so they do not fail with it.
      gauge.set(await countFailedRefunds(db).catch(() => Number.NaN))
    },
  })
}
