/** A payment provider whose every verdict the test decides: the payment method says what happens. */
import { AppError } from '../../src/kernel/errors.ts'
import type { RefundState } from '../../src/platform/payment-state.ts'
import type { PaymentProvider, PaymentState } from '../../src/platform/payments.ts'

/**
 * `pm_late_answer` captures at once, but its answer is held back. `pm_late_request` is held back
 * before it arrives, as that of a process that froze; when it is sent again it arrives.
 * `pm_late_decline` declines at once and holds that answer back.
 */
export type Method =
  'pm_ok' | 'pm_declined' | 'pm_action' | 'pm_late_answer' | 'pm_late_request' | 'pm_late_decline'

export interface FakeIntent {
  intentId: string
  orderId: number
  state: PaymentState
  /** What was answered to each attempt. */
  answers: Map<number, PaymentState>
  lastAttempt: number
  capturedCents: number
  refundedCents: number
  amountCents: number
}

export interface HeldBack {
  attempt: number
  method: Method
  /** Whether a later attempt was made meanwhile. */
  isOutdated: boolean
}

export interface FakeProvider extends PaymentProvider {
  intentOf: (orderId: number) => FakeIntent | undefined
  /** What was held back of an order first goes on. @returns Undefined when nothing was. */
  letGo: (orderId: number) => HeldBack | undefined
  /** Everything that is held back goes on, so that the shop can stop. */
  letAllGo: () => void
  capture: (intent: FakeIntent) => void
  /** What the provider would tell about an intent now. */
  webhookOf: (intent: FakeIntent) => string
}

export const FAKE_SIGNATURE = 'signed by the fake'
const VERDICTS: Record<Method, PaymentState> = {
  pm_ok: { status: 'captured' },
  pm_declined: { status: 'declined', code: 'insufficient_funds' },
  pm_action: { status: 'requires_action', nextAction: { type: 'use_stripe_sdk' } },
  pm_late_answer: { status: 'captured' },
  pm_late_request: { status: 'captured' },
  pm_late_decline: { status: 'declined', code: 'insufficient_funds' },
}
const MESSAGE_TYPES: Partial<Record<PaymentState['status'], string>> = {
  captured: 'payment_intent.succeeded',
  voided: 'payment_intent.canceled',
}

export function createFakeProvider(): FakeProvider {
  const intents = new Map<number, FakeIntent>()
  const refunds = new Map<number, RefundState>()
  let held: { orderId: number; attempt: number; method: Method; go: () => void }[] = []
  const asked = new Set<string>()
  let messages = 0

  const byId = (intentId: string): FakeIntent => {
    const found = [...intents.values()].find((intent) => intent.intentId === intentId)
    if (found === undefined) throw new Error(`no intent ${intentId}`)
    return found
  }
  const hold = async (what: { orderId: number; attempt: number; method: Method }) => {
    await new Promise<void>((go) => held.push({ ...what, go }))
  }
  const capture = (intent: FakeIntent) => {
    intent.state = { status: 'captured' }
    intent.capturedCents += intent.amountCents
  }
  const decide = (intent: FakeIntent, attempt: number, method: Method): PaymentState => {
    const { status } = intent.state
    if (status === 'captured' || status === 'voided') return intent.state
    const before = intent.answers.get(attempt)
    if (before !== undefined) return before
    const verdict = VERDICTS[method]
    if (verdict.status === 'captured') capture(intent)
    else intent.state = verdict
    intent.answers.set(attempt, verdict)
    return verdict
  }

  return {
    intentOf: (orderId) => intents.get(orderId),
    letGo(orderId) {
      const found = held.find((each) => each.orderId === orderId)
      if (found === undefined) return undefined
      held = held.filter((each) => each !== found)
      const isOutdated = (intents.get(orderId)?.lastAttempt ?? 0) > found.attempt
      found.go()
      return { attempt: found.attempt, method: found.method, isOutdated }
    },
    letAllGo() {
      for (const { go } of held) go()
      held = []
    },
    capture,
    webhookOf: ({ intentId, orderId, state }) =>
      JSON.stringify({
        id: `evt_${(messages += 1)}`,
        isOurs: true,
        type: MESSAGE_TYPES[state.status] ?? 'payment_intent.payment_failed',
        intentId,
        payload: { id: intentId, metadata: { order_id: String(orderId) } },
      }),

    async createIntent({ orderId, amountCents }) {
      const intent = intents.get(orderId) ?? {
        intentId: `pi_${orderId}`,
        orderId,
        state: { status: 'unconfirmed' },
        answers: new Map(),
        lastAttempt: 0,
        capturedCents: 0,
        refundedCents: 0,
        amountCents,
      }
      intents.set(orderId, intent)
      return await Promise.resolve({ intentId: intent.intentId })
    },
    async confirm({ intentId, orderId, attempt, paymentMethod }) {
      const intent = byId(intentId)
      const method = paymentMethod as Method
      const key = `${intentId} ${attempt}`
      const isFirst = !asked.has(key)
      asked.add(key)
      intent.lastAttempt = Math.max(intent.lastAttempt, attempt)
      const what = { orderId, attempt, method }
      if (method === 'pm_late_request' && isFirst) await hold(what)
      const verdict = decide(intent, attempt, method)
      const isLate = method === 'pm_late_answer' || method === 'pm_late_decline'
      if (isLate && isFirst) await hold(what)
      return verdict
    },
    async cancel(intentId) {
      const intent = byId(intentId)
      if (intent.state.status !== 'captured') intent.state = { status: 'voided' }
      return await Promise.resolve(intent.state)
    },
    retrieve: async (intentId) => await Promise.resolve(byId(intentId).state),
    async refund({ refundId, intentId, amountCents }) {
      const before = refunds.get(refundId)
      const refund = before ?? { refundRef: `re_${refundId}`, status: 'succeeded' as const }
      if (before === undefined) byId(intentId).refundedCents += amountCents
      refunds.set(refundId, refund)
      return await Promise.resolve(refund)
    },
    findRefund: async ({ refundId }) => await Promise.resolve(refunds.get(refundId)),
    readWebhook(body, signature) {
      if (signature !== FAKE_SIGNATURE) throw new AppError('invalid_request')
      return JSON.parse(body.toString()) as ReturnType<PaymentProvider['readWebhook']>
    },
  }
}
