/**
 * The payment provider behind one port, over the official client: Stripe itself, or the payment
 * simulator, which speaks the same protocol.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import Stripe from 'stripe'
import { AppError } from '../kernel/errors.ts'
import { type PaymentState, type RefundState, refundStateOf, stateOf } from './payment-state.ts'
import { minorUnits } from './payment-amounts.ts'

export type { PaymentState, RefundState } from './payment-state.ts'

/** A message from the provider, of which more than one copy may come, in any order. */
export interface ProviderMessage {
  id: string
  type: string
  /** False for what another shop on the same account did. */
  isOurs: boolean
  intentId: string | undefined
  payload: object
}

/** The provider will not take this payment at all, whatever is tried: nothing can be captured. */
export class PaymentRefusedError extends Error {
  /** Why, in the provider's words. */
  readonly code: string

  constructor(code: string, options?: ErrorOptions) {
    super(`the provider refuses this payment: ${code}`, options)
    this.name = 'PaymentRefusedError'
    this.code = code
  }
}

/** Amounts are in cents, a hundredth of the currency's unit whatever the currency. */
export interface PaymentProvider {
  /**
   * One for each order, however often it is asked for.
   * @throws PaymentRefusedError for an amount or a currency that it does not take.
   */
  createIntent: (order: {
    orderId: number
    eventId: number
    amountCents: number
    currency: string
  }) => Promise<{ intentId: string }>
  /** Tries to capture. Asked again about the same attempt, it gives the same answer. */
  confirm: (command: {
    intentId: string
    orderId: number
    attempt: number
    paymentMethod: string
  }) => Promise<PaymentState>
  /** @returns What is the case afterwards: voided, or captured when it was too late. */
  cancel: (intentId: string) => Promise<PaymentState>
  retrieve: (intentId: string) => Promise<PaymentState>
  /** One for each attempt of a refund, however often it is asked for. */
  refund: (command: {
    refundId: number
    attempt: number
    intentId: string
    amountCents: number
    currency: string
  }) => Promise<RefundState>
  /** @returns Undefined when the provider was never asked for it. */
  findRefund: (refund: {
    refundId: number
    attempt: number
    intentId: string
  }) => Promise<RefundState | undefined>
  /** @throws AppError `invalid_request` when the signature is not the provider's. */
  readWebhook: (body: Buffer, signature: string | undefined) => ProviderMessage
}

export interface PaymentProviderOptions {
  /**
   * Where a buyer comes back to from a page of their bank. The same whenever it is asked, since a
   * confirmation that is repeated has to be the same.
   */
  returnUrl?: (orderId: number) => string
  /** Undefined is Stripe's own. */
  apiUrl: string | undefined
  secretKey: string
  webhookSecret: string
  /** Tells our orders from those of other shops, and other databases, on the same account. */
  shopId: string
}

const TIMEOUT_MS = 10_000
/** The client repeats under the same key, with growing pauses. */
const RETRIES_MAX = 2
/** Payments that are asked about at the same time; more wait for a connection. */
const CONNECTIONS_MAX = 256
/** The most that the provider gives at a time. */
const REFUNDS_PER_PAGE = 100
/** How often a failure that is kept is gone round. */
const KEPT_FAILURES_MAX = 5
/** How old a signed message may be, in seconds; later copies of it are signed anew. */
const SIGNATURE_SECONDS_MAX = 300

export function stripePayments(options: PaymentProviderOptions): PaymentProvider {
  const stripe = createClient(options)
  const { shopId } = options
  return {
    async createIntent({ orderId, eventId, amountCents, currency }) {
      const parameters = {
        amount: amountOf(amountCents, currency),
        currency: currency.toLowerCase(),
        // Methods that lead the buyer elsewhere need a way back.
        automatic_payment_methods: {
          enabled: true,
          allow_redirects: options.returnUrl === undefined ? 'never' : 'always',
        },
        metadata: { shop_id: shopId, order_id: String(orderId), event_id: String(eventId) },
      } satisfies Stripe.PaymentIntentCreateParams
      for (let failures = 0; ; failures += 1) {
        const idempotencyKey = `${shopId}-order-${orderId}${failures === 0 ? '' : `-after-${failures}`}`
        try {
          return {
            intentId: (await stripe.paymentIntents.create(parameters, { idempotencyKey })).id,
          }
        } catch (error) {
          // What was made under this key, if anything, nobody was ever told of, or will be: it can
          // never be captured. So everybody goes on to the next key, and meets there.
          if (!isKeptFailure(error) || failures === KEPT_FAILURES_MAX)
            throw passing(refusalOf(error))
        }
      }
    },

    async confirm({ intentId, orderId, attempt, paymentMethod }) {
      return await stateAfter(async () => {
        const returnUrl = options.returnUrl && { return_url: options.returnUrl(orderId) }
        return await stripe.paymentIntents.confirm(
          intentId,
          { payment_method: paymentMethod, ...returnUrl },
          { idempotencyKey: `${shopId}-order-${orderId}-${attempt}` },
        )
      })
    },

    async cancel(intentId) {
      return await stateAfter(async () => await stripe.paymentIntents.cancel(intentId))
    },

    async retrieve(intentId) {
      return stateOf(await stripe.paymentIntents.retrieve(intentId))
    },

    async refund({ refundId, attempt, intentId, amountCents, currency }) {
      const refund = await stripe.refunds.create(
        {
          payment_intent: intentId,
          amount: amountOf(amountCents, currency),
          metadata: { shop_id: shopId, refund_id: String(refundId), attempt: String(attempt) },
        },
        { idempotencyKey: `${shopId}-refund-${refundId}-${attempt}` },
      )
      return refundStateOf(refund)
    },

    async findRefund({ refundId, attempt, intentId }) {
      const list = stripe.refunds.list({ payment_intent: intentId, limit: REFUNDS_PER_PAGE })
      for await (const refund of list) {
        const about = refund.metadata ?? {}
        const isIt = about['refund_id'] === String(refundId) && about['attempt'] === String(attempt)
        if (isIt) return refundStateOf(refund)
      }
      return undefined
    },

    readWebhook(body, signature) {
      let event: Stripe.Event
      try {
        event = stripe.webhooks.constructEvent(
          body,
          signature ?? '',
          options.webhookSecret,
          SIGNATURE_SECONDS_MAX,
        )
      } catch (error) {
        throw new AppError('invalid_request', {
          field: 'Stripe-Signature',
          detail: 'The signature does not fit the body, the secret or the time.',
          cause: error,
        })
      }
      return messageOf(event, shopId)
    },
  }
}

function createClient({ apiUrl, secretKey }: PaymentProviderOptions): Stripe {
  const agentOptions = { keepAlive: true, maxSockets: CONNECTIONS_MAX }
  const common = { maxNetworkRetries: RETRIES_MAX, timeout: TIMEOUT_MS, telemetry: false }
  if (apiUrl === undefined) {
    return new Stripe(secretKey, { ...common, httpAgent: new HttpsAgent(agentOptions) })
  }
  const { protocol, hostname, port } = new URL(apiUrl)
  const isTls = protocol === 'https:'
  return new Stripe(secretKey, {
    ...common,
    protocol: isTls ? 'https' : 'http',
    host: hostname,
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    httpAgent: isTls ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions),
  })
}

/**
 * The state that a call left the payment in. The client throws for a decline, and for a call that
 * came too late; either error carries the payment.
 */
async function stateAfter(call: () => Promise<Stripe.PaymentIntent>): Promise<PaymentState> {
  try {
    return stateOf(await call())
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error
    if (error.type === 'StripeCardError') {
      return { status: 'declined', code: error.decline_code ?? error.code ?? 'generic_decline' }
    }
    if (error.code === 'payment_intent_unexpected_state' && error.payment_intent !== undefined) {
      return stateOf(error.payment_intent)
    }
    // An unknown method, say: the buyer may name another one.
    if (error.type === 'StripeInvalidRequestError' && error.param === 'payment_method') {
      return { status: 'declined', code: error.code ?? 'invalid_payment_method' }
    }
    throw passing(error)
  }
}

/** A provider keeps the failure of its own under the key, too, and tells it again for a day. */
const isKeptFailure = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeAPIError && error.headers?.['idempotent-replayed'] === 'true'

/** What may pass: the provider is not to be reached, fails, or has too much to do. */
function passing(error: unknown): unknown {
  const { StripeAPIError, StripeConnectionError, StripeRateLimitError } = Stripe.errors
  const mayPass = [StripeAPIError, StripeConnectionError, StripeRateLimitError].some(
    (type) => error instanceof type,
  )
  if (!mayPass) return error
  return new AppError('unavailable', { retryAfterSeconds: 5, cause: error })
}

function messageOf(event: Stripe.Event, shopId: string): ProviderMessage {
  const about = event.data.object as { id?: string; object?: string; metadata?: unknown }
  const isIntent = about.object === 'payment_intent'
  const metadata = (about.metadata ?? {}) as Record<string, string>
  return {
    id: event.id,
    type: event.type,
    isOurs: metadata['shop_id'] === shopId,
    intentId: isIntent ? about.id : undefined,
    payload: about,
  }
}

function amountOf(cents: number, currency: string): number {
  const amount = minorUnits(cents, currency)
  if (amount === undefined) throw new PaymentRefusedError('invalid_amount')
  return amount
}

/** A request that does not fit will not fit the next time. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return error
  return new PaymentRefusedError(error.code ?? 'invalid_request', { cause: error })
}
