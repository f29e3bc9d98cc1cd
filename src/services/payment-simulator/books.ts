/**
 * What the simulator knows, in memory: intents, charges, refunds, events, and the answers given under
 * idempotency keys. Everything that is stored is never changed, only replaced, so that an answer or an
 * event that was made of it stays what it was. The fields have Stripe's names because they are Stripe's.
 *
 * A change is what one request does, all of it or nothing; the ledger is a list of changes, and the
 * books are what comes of applying them in order. Nothing else writes to the books.
 */
import type { StripeErrorFields } from './refusal.ts'

/** How long an answer is kept under its key at least, as Stripe promises. */
const KEY_KEPT_MS = 24 * 3_600_000

export type Metadata = Record<string, string>

export type IntentStatus =
  'requires_payment_method' | 'requires_confirmation' | 'requires_action' | 'succeeded' | 'canceled'

export interface Intent {
  id: string
  /** Minor units. */
  amount: number
  currency: string
  metadata: Metadata
  status: IntentStatus
  /** Seconds since 1970, as all of Stripe's times. */
  created: number
  client_secret: string
  /** Null when the intent takes whatever the account takes. */
  payment_method_types: string[] | null
  allow_redirects: 'always' | 'never'
  capture_method: 'automatic' | 'automatic_async'
  description: string | null
  receipt_email: string | null
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  payment_method: string | null
  return_url: string | null
  latest_charge: string | null
  last_payment_error: StripeErrorFields | null
  canceled_at: number | null
  cancellation_reason: string | null
}

export interface Charge {
  id: string
  payment_intent: string
  amount: number
  /** Of refunds that did not fail. */
  amount_refunded: number
  currency: string
  metadata: Metadata
  created: number
  status: 'succeeded' | 'failed'
  payment_method: string
  failure_code: string | null
  failure_message: string | null
}

export interface Refund {
  id: string
  payment_intent: string
  charge: string
  amount: number
  currency: string
  metadata: Metadata
  created: number
  status: 'succeeded' | 'pending' | 'failed'
  reason: string | null
  failure_reason: string | null
  /** What becomes of it later; milliseconds since 1970. */
  turns: { at: number; into: 'succeeded' | 'failed' } | null
}

/** Something that the shop is told by a webhook. */
export interface SimulatorEvent {
  id: string
  type: string
  created: number
  request: string | null
  idempotency_key: string | null
  object: Intent | Charge | Refund
}

/** What was answered under an idempotency key. */
export interface StoredAnswer {
  /** Of path and parameters. */
  fingerprint: string
  status: number
  request: string
  error?: StripeErrorFields
  intent?: Intent
  refund?: Refund
}

/** A line of the ledger. Its events tell of the intent, the charge or the refund of the same line. */
export interface Change {
  /** Milliseconds since 1970. */
  at: number
  request?: string
  intent?: Intent
  charge?: Charge
  refund?: Refund
  events?: { id: string; type: string; of: 'intent' | 'charge' | 'refund' }[]
  /** Without the intent or refund that it shows: that is the one of the same line. */
  answer?: {
    key: string
    fingerprint: string
    status: number
    error?: StripeErrorFields
    shows?: 'intent' | 'refund'
  }
  /** Events that need no more sending. */
  settled?: { event: string; how: 'delivered' | 'lost' | 'given_up' }
}

export interface Delivery {
  event: SimulatorEvent
  status: 'pending' | 'delivered' | 'lost' | 'given_up'
}

export class Books {
  readonly intents = new Map<string, Intent>()
  readonly charges = new Map<string, Charge>()
  readonly refunds = new Map<string, Refund>()
  readonly deliveries = new Map<string, Delivery>()
  readonly #answers = new Map<string, { at: number; answer: StoredAnswer }>()

  /** @returns The events that have to be sent now. */
  apply(change: Change): SimulatorEvent[] {
    const { at, intent, charge, refund, events = [], answer, settled } = change
    if (intent !== undefined) this.intents.set(intent.id, intent)
    if (charge !== undefined) this.charges.set(charge.id, charge)
    if (refund !== undefined) this.refunds.set(refund.id, refund)
    const made = events.map(({ id, type, of }): SimulatorEvent => {
      const object = change[of] as Intent | Charge | Refund
      const created = Math.floor(at / 1_000)
      return { id, type, created, object, request: change.request ?? null, idempotency_key: answer?.key ?? null } // prettier-ignore
    })
    for (const event of made) this.deliveries.set(event.id, { event, status: 'pending' })
    if (answer !== undefined) this.#keep(change, answer)
    if (settled !== undefined) {
      const delivery = this.deliveries.get(settled.event)
      if (delivery !== undefined) delivery.status = settled.how
    }
    return made
  }

  /** What was answered under this key within the last day, or longer ago. */
  answerOf(key: string): StoredAnswer | undefined {
    return this.#answers.get(key)?.answer
  }

  #keep(change: Change, answer: NonNullable<Change['answer']>): void {
    const { key, fingerprint, status, error, shows } = answer
    this.#answers.set(key, {
      at: change.at,
      answer: {
        fingerprint,
        status,
        request: change.request ?? '',
        ...(error === undefined ? {} : { error }),
        ...(shows === undefined ? {} : { [shows]: change[shows] }),
      },
    })
    // The oldest stand first.
    for (const [oldest, { at }] of this.#answers) {
      if (change.at - at <= KEY_KEPT_MS) break
      this.#answers.delete(oldest)
    }
  }
}
