/**
 * The organizer, who changes the events on sale all the time, so that the audit log grows, and calls
 * one off in the middle.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Buyer } from '../support/sale.ts'
import { type BuyerDeps, perform } from './buyer.ts'
import type { Client } from './client.ts'
import type { ProcessHandle } from './fault.ts'
import type { Ledger } from './ledger.ts'

const PAUSE_MS = 300

/** @param options.events Changed in turn, at one shop after the other, until `signal` says so. */
export async function changeEvents(options: {
  events: readonly number[]
  organizer: Buyer
  shops: readonly ProcessHandle[]
  client: Client
  ledger: Ledger
  signal: AbortSignal
}): Promise<void> {
  const { events, organizer, shops, client, ledger, signal } = options
  for (let n = 0; !signal.aborted; n += 1) {
    const shop = shops[n % shops.length] as ProcessHandle
    const eventId = events[n % events.length] as number
    const mark = `Change ${n}.`
    const change = await ledger.invokeChange({ eventId, actorId: organizer.id, mark })
    const url = `${shop.url}/api/v1/events/${eventId}`
    const answer = await client.ask('PATCH', url, organizer.token, { description: mark })
    ledger.completeChange(change, answer.status === 0 ? undefined : answer.status)
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Cancels an event, and asks until it is answered. */
export async function cancelEvent(
  deps: Pick<BuyerDeps, 'shops' | 'client' | 'ledger' | 'organizer' | 'mayRetry'>,
  eventId: number,
): Promise<void> {
  const { organizer } = deps
  await perform(deps, {
    asked: { kind: 'cancel', orderId: 0, eventId, userId: organizer.id },
    token: organizer.token,
    first: 0,
    method: 'POST',
    path: `/api/v1/events/${eventId}/cancel`,
    body: undefined,
  })
}
