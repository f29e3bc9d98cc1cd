/** The other book: what the payment simulator says that it captured and paid back for an event. */
import { StartupError } from '../../src/kernel/startup-error.ts'

/** By order; money in cents. */
export interface ProviderBooks {
  captures: { orderId: number; cents: number }[]
  refunds: { orderId: number; cents: number }[]
}

interface LedgerJson {
  captures: { order_id: string | null; metadata: Record<string, string>; amount: number }[]
  refunds: { order_id: string | null; amount: number; status: string }[]
}

/** @throws StartupError when there is no payment simulator. */
export async function readProvider(url: string, eventId: number): Promise<ProviderBooks> {
  const answer = await fetch(new URL('/control/ledger', url)).catch((error: unknown) => {
    throw new StartupError(`There is no payment simulator at ${url}.`, { cause: error })
  })
  if (!answer.ok) throw new StartupError(`${url} is no payment simulator.`)
  const { captures, refunds } = (await answer.json()) as LedgerJson
  const ours = captures.filter(({ metadata }) => Number(metadata['event_id']) === eventId)
  const orderIds = new Set(ours.map(({ order_id }) => order_id))
  return {
    captures: ours.map(({ order_id, amount }) => ({ orderId: Number(order_id), cents: amount })),
    refunds: refunds
      .filter(({ order_id, status }) => orderIds.has(order_id) && status === 'succeeded')
      .map(({ order_id, amount }) => ({ orderId: Number(order_id), cents: amount })),
  }
}
