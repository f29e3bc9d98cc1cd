/**
 * The payment provider behind one port, over the official client: Stripe itself, or the payment
 * simulator, which speaks the same protocol.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import Stripe from 'stripe'
import { AppError } from '../kernel/errors.ts'

export interface NextAction {
  type: string
  url?: string
  client_secret?: string
}

/** What the provider knows about a payment. */
export type PaymentState =
  | { status: 'captured' }
  /** This try failed; another method may be tried. */
  | { status: 'declined'; code: string }
  | { status: 'requires_action'; nextAction: NextAction }
  /** The provider does not know yet. */
  | { status: 'processing' }
  /** Nothing was tried. */
  | { status: 'unconfirmed' }
  /** Nothing can be captured any more. */
  | { status: 'voided' }

/** A message from the provider, of which more than one copy may come, in any order. */
export interface ProviderMessage {
  id: string
  type: string
  intentId: string | undefined
  orderId: number | undefined
  /** What it says about the payment, when that is final. */
  final: 'captured' | 'voided' | undefined
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

export interface RefundState {
  /** Its name at the provider. */
  refundRef: string
  status: 'succeeded' | 'pending' | 'failed'
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
  /** One for each refund, however often it is asked for. */
  refund: (command: {
    refundId: number
    intentId: string
    amountCents: number
    currency: string
  }) => Promise<RefundState>
  /** @returns Undefined when the provider was never asked for it. */
  findRefund: (refund: { refundId: number; intentId: string }) => Promise<RefundState | undefined>
  /** @throws AppError `invalid_request` when the signature is not the provider's. */
  readWebhook: (body: Buffer, signature: string | undefined) => ProviderMessage
}

export interface PaymentProviderOptions {
  /** Undefined is Stripe's own. */
  apiUrl: string | undefined
  secretKey: string
  webhookSecret: string
}

const TIMEOUT_MS = 10_000
/** The client repeats under the same key, with growing pauses. */
const RETRIES_MAX = 2
/** Payments that are asked about at the same time; more wait for a connection. */
const CONNECTIONS_MAX = 256
/** The most that the provider gives at a time. */
const REFUNDS_PER_PAGE = 100
/** How old a signed message may be, in seconds; later copies of it are signed anew. */
const SIGNATURE_SECONDS_MAX = 300

export function stripePayments(options: PaymentProviderOptions): PaymentProvider {
  const stripe = createClient(options)
  return {
    async createIntent({ orderId, eventId, amountCents, currency }) {
      const intent = {
        amount: minorUnits(amountCents, currency),
        currency: currency.toLowerCase(),
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const },
        metadata: { order_id: String(orderId), event_id: String(eventId) },
      }
      const key = { idempotencyKey: `order-${orderId}` }
      const { id } = await stripe.paymentIntents.create(intent, key).catch((error: unknown) => {
        throw refusalOf(error)
      })
      return { intentId: id }
    },

    async confirm({ intentId, orderId, attempt, paymentMethod }) {
      return await stateAfter(async () => {
        return await stripe.paymentIntents.confirm(
          intentId,
          { payment_method: paymentMethod },
          { idempotencyKey: `order-${orderId}-${attempt}` },
        )
      })
    },

    async cancel(intentId) {
      return await stateAfter(async () => await stripe.paymentIntents.cancel(intentId))
    },

    async retrieve(intentId) {
      return stateOf(await stripe.paymentIntents.retrieve(intentId))
    },

    async refund({ refundId, intentId, amountCents, currency }) {
      const refund = await stripe.refunds.create(
        {
          payment_intent: intentId,
          amount: minorUnits(amountCents, currency),
          metadata: { refund_id: String(refundId) },
        },
        { idempotencyKey: `refund-${refundId}` },
      )
      return refundStateOf(refund)
    },

    async findRefund({ refundId, intentId }) {
      const list = stripe.refunds.list({ payment_intent: intentId, limit: REFUNDS_PER_PAGE })
      for await (const refund of list) {
        if (refund.metadata?.['refund_id'] === String(refundId)) return refundStateOf(refund)
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
      return messageOf(event)
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
    throw error
  }
}

function stateOf(intent: Stripe.PaymentIntent): PaymentState {
  switch (intent.status) {
    case 'succeeded':
      return { status: 'captured' }
    case 'canceled':
      return { status: 'voided' }
    case 'requires_action':
      return { status: 'requires_action', nextAction: nextActionOf(intent) }
    case 'processing':
      return { status: 'processing' }
    default: {
      const failure = intent.last_payment_error
      if (failure === null) return { status: 'unconfirmed' }
      return { status: 'declined', code: failure.decline_code ?? failure.code ?? 'generic_decline' }
    }
  }
}

function nextActionOf(intent: Stripe.PaymentIntent): NextAction {
  const url = intent.next_action?.redirect_to_url?.url
  return {
    type: intent.next_action?.type ?? 'use_stripe_sdk',
    ...(typeof url === 'string' ? { url } : {}),
    ...(intent.client_secret === null ? {} : { client_secret: intent.client_secret }),
  }
}

function refundStateOf({ id, status }: Stripe.Refund): RefundState {
  if (status === 'succeeded') return { refundRef: id, status }
  const isFailed = status === 'failed' || status === 'canceled'
  return { refundRef: id, status: isFailed ? 'failed' : 'pending' }
}

const FINAL: Readonly<Record<string, ProviderMessage['final']>> = {
  'payment_intent.succeeded': 'captured',
  'payment_intent.canceled': 'voided',
}

function messageOf(event: Stripe.Event): ProviderMessage {
  const about = event.data.object as { id?: string; object?: string; metadata?: unknown }
  const isIntent = about.object === 'payment_intent'
  const orderId = Number((about.metadata as Record<string, string> | undefined)?.['order_id'])
  return {
    id: event.id,
    type: event.type,
    intentId: isIntent ? about.id : undefined,
    orderId: Number.isSafeInteger(orderId) && orderId > 0 ? orderId : undefined,
    final: isIntent ? FINAL[event.type] : undefined,
    payload: about,
  }
}

const fractionDigits = new Map<string, number>()

/** Asked once for each currency: making a format is slow. */
function fractionDigitsOf(currency: string): number {
  const known = fractionDigits.get(currency)
  if (known !== undefined) return known
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions()
  fractionDigits.set(currency, maximumFractionDigits)
  return maximumFractionDigits
}

/** Stripe counts in the smallest unit of a currency: yen have no hundredths, dinars have thousandths. */
function minorUnits(cents: number, currency: string): number {
  const units = cents * 10 ** (fractionDigitsOf(currency) - 2)
  if (Number.isInteger(units)) return units
  throw new PaymentRefusedError('invalid_amount')
}

/** A request that does not fit will not fit the next time. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return error
  return new PaymentRefusedError(error.code ?? 'invalid_request', { cause: error })
}
