/**
 * Handles what the provider told us, in any order and however often. A message is only ever a hint
 * that something is settled: the order itself says whether it was handled before.
 */
import type { Logger } from 'pino'
import type { OpenPayment, PaymentOutcome } from '../../contracts/payment-under-way.ts'
import type { Database } from '../../platform/postgres.ts'
import { type Repetition, repeat } from '../../platform/repeat.ts'
import {
  type StoredMessage,
  claimMessages,
  forgetMessages,
  markFailed,
  markHandled,
} from './inbox.sql.ts'
import { type PayBackDeps, recordRefund } from './pay-back-refunds.ts'

export interface MessageDeps extends Pick<PayBackDeps, 'db' | 'onPublished'> {
  db: Database
  /** Those of these orders whose money is not booked yet. */
  findUnsettled: (orderIds: readonly number[]) => Promise<OpenPayment[]>
  settle: (payment: OpenPayment, outcome: PaymentOutcome) => Promise<void>
  /** Has the provider asked about it soon. */
  checkSoon: (orderId: number) => Promise<void>
  logger: Logger
}

const EVERY_MS = 1_000
const MESSAGES_PER_ROUND = 200
/** Lets messages gather in a sale: most are about what the reply has settled already. */
const ROUND_PAUSE_MS = 100
const FORGET_EVERY_ROUNDS = 3_600

/** `wake` says that messages came. */
export function startHandlingMessages(deps: MessageDeps): Repetition {
  let rounds = 0
  return repeat({
    everyMs: EVERY_MS,
    async work() {
      rounds += 1
      if (rounds % FORGET_EVERY_ROUNDS === 0) await forgetMessages(deps.db)
      const messages = await claimMessages(deps.db, MESSAGES_PER_ROUND)
      if (messages.length === 0) return undefined
      await handleMessages(deps, messages)
      return { pauseMs: ROUND_PAUSE_MS }
    },
    onError: (error) => {
      deps.logger.warn({ err: error }, 'messages of the provider will be tried again')
    },
  })
}

async function handleMessages(
  deps: MessageDeps,
  messages: readonly StoredMessage[],
): Promise<void> {
  const orderIds = messages.flatMap((message) => orderIdOf(message) ?? [])
  const unsettled = new Map(
    (await deps.findUnsettled([...new Set(orderIds)])).map((each) => [each.orderId, each]),
  )
  const handled: string[] = []
  await Promise.all(
    messages.map(async (message) => {
      try {
        await handleMessage(deps, message, unsettled)
        handled.push(message.id)
      } catch (error) {
        deps.logger.warn({ err: error, message: message.id }, 'message will be tried again')
        await markFailed(deps.db, message.id, String(error))
      }
    }),
  )
  await markHandled(deps.db, handled)
}

async function handleMessage(
  deps: MessageDeps,
  message: StoredMessage,
  unsettled: ReadonlyMap<number, OpenPayment>,
): Promise<void> {
  if (message.type.startsWith('refund.')) {
    await handleRefundMessage(deps, message)
    return
  }
  const payment = unsettled.get(orderIdOf(message) ?? 0)
  // Settled by the reply to the buyer, by an earlier copy, or not ours.
  if (payment === undefined || message.intentId === null) return
  const about = { attempt: payment.attempt, intentId: message.intentId }
  switch (message.type) {
    case 'payment_intent.succeeded':
      await deps.settle(payment, { outcome: 'captured', ...about })
      return
    case 'payment_intent.canceled':
      await deps.settle(payment, { outcome: 'voided', reason: payment.overReason, ...about })
      return
    default:
      // It may be about an attempt before the last, so the provider is asked how things are.
      await deps.checkSoon(payment.orderId)
  }
}

async function handleRefundMessage(deps: MessageDeps, message: StoredMessage): Promise<void> {
  const { id, status, metadata } = message.payload as {
    id?: string
    status?: string
    metadata?: Record<string, string>
  }
  const refundId = Number(metadata?.['refund_id'])
  const attempt = Number(metadata?.['attempt'])
  if (id === undefined || !Number.isSafeInteger(refundId) || !Number.isSafeInteger(attempt)) return
  if (status !== 'succeeded' && status !== 'failed') return
  await recordRefund(deps, { refundId, attempt, refundRef: id, status })
}

function orderIdOf({ payload }: StoredMessage): number | undefined {
  const { metadata } = payload as { metadata?: Record<string, string> }
  const orderId = Number(metadata?.['order_id'])
  return Number.isSafeInteger(orderId) && orderId > 0 ? orderId : undefined
}
