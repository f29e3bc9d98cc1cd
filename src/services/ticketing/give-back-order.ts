/** Giving a hold back. One whose payment is in flight is voided at the provider first. */
import type { Charge, VoidPayment } from '../../contracts/payment-under-way.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Database } from '../../platform/postgres.ts'
import type { Batcher } from './batcher.ts'
import type { Stock } from './gate.ts'
import { type Order, findOrder } from './orders.sql.ts'
import { findPayment } from './payments.sql.ts'
import type { Settled } from './settle-batch.ts'
import { type Settlement, releaseOrders } from './settlement.sql.ts'

/** What the payment service does for orders. */
export interface PaymentProviderPort {
  charge: Charge
  voidPayment: VoidPayment
  /** Refunds were decided. */
  wakeRefunds: () => void
  /** How an order is paid that names no way to; undefined where buyers have to say. */
  defaultPaymentMethod: string | undefined
}

export interface GiveBackDeps {
  db: Database
  settlements: Batcher<Settlement, Settled>
  voidPayment: VoidPayment
  onStock: (eventId: number, stock: Stock) => void
}

/**
 * @returns The order, CANCELLED. Giving it back again changes nothing.
 * @throws AppError `not_found`, `order_not_pending` when it is paid, `unavailable`
 */
export async function giveBackOrder(
  deps: GiveBackDeps,
  command: { userId: number; orderId: number },
): Promise<Order> {
  const before = await ownOrder(deps, command)
  if (before.status === 'PENDING') await release(deps, before)
  const after = await ownOrder(deps, command)
  if (after.status === 'CONFIRMED') {
    throw new AppError('order_not_pending', {
      detail: 'This order is paid, so it is no hold that could be given back.',
    })
  }
  return after
}

async function release(deps: GiveBackDeps, { eventId, orderId }: Order): Promise<void> {
  const { stock, busy } = await releaseOrders(deps.db, eventId, [orderId], 'given_back')
  deps.onStock(eventId, stock)
  if (busy.length === 0) return
  const payment = await findPayment(deps.db, { orderId })
  if (payment?.isInFlight !== true) return
  const outcome = await deps.voidPayment(payment, 'given_back')
  await deps.settlements.submit(eventId, { ...payment, ...outcome })
}

/** Somebody else's order and none at all look the same. */
async function ownOrder(
  deps: GiveBackDeps,
  command: { userId: number; orderId: number },
): Promise<Order> {
  const order = await findOrder(deps.db, command.orderId)
  if (order?.userId !== command.userId) throw new AppError('not_found')
  return order
}
