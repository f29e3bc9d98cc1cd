/**
 * The crowd at work: sends what the plan says when the plan says it, and asks again, under the same
 * key, wherever the answer was lost. Goes on until it is told to stop, then sees to it that every
 * purchase with a key has its answer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Buyer } from '../support/sale.ts'
import type { Client } from './client.ts'
import { type Ask, type Visit, EVENT_KINDS } from './crowd.ts'
import type { ProcessHandle } from './fault.ts'
import type { Call, Ledger, Purchase } from './ledger.ts'

const RETRY_MS = { first: 100, most: 2_000 }
/** The plan is looked at so often; what was due meanwhile leaves at once. */
const TICK_MS = 5
/** After the stop, by then everything that can be answered is. */
const LAST_ANSWERS_MS = 45_000

export interface LoadOptions {
  plan: Iterator<Visit, unknown>
  shops: readonly ProcessHandle[]
  buyers: readonly Buyer[]
  /** Ids of the events, wave by wave. */
  events: readonly number[]
  client: Client
  ledger: Ledger
  onSale: (call: Call) => void
}

export interface Load {
  /** Stops the arrivals, and resolves when everything sent is answered or given up. */
  stop: () => Promise<void>
}

export function startLoad(options: LoadOptions): Load {
  const startedAt = performance.now()
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()
  let giveUpAt = Number.POSITIVE_INFINITY
  const mayRetry = () => performance.now() < giveUpAt

  const begin = (ask: Ask): void => {
    const going = buy(options, ask, mayRetry).finally(() => running.delete(going))
    running.add(going)
  }
  const arrivals = (async () => {
    for (let visit = options.plan.next(); visit.done !== true;) {
      if (stopping.signal.aborted) return
      const dueIn = visit.value.atMs - (performance.now() - startedAt)
      if (dueIn > 0) {
        await sleep(Math.min(dueIn, TICK_MS))
        continue
      }
      for (const ask of visit.value.asks) begin(ask)
      visit = options.plan.next()
    }
  })()
  return {
    async stop() {
      stopping.abort()
      giveUpAt = performance.now() + LAST_ANSWERS_MS
      await arrivals
      while (running.size > 0) await Promise.all(running)
    },
  }
}

async function buy(options: LoadOptions, ask: Ask, mayRetry: () => boolean): Promise<void> {
  const { client, shops, ledger } = options
  const buyer = options.buyers[ask.buyer % options.buyers.length] as Buyer
  const purchase = purchaseOf(options, ask, buyer)
  const call = await untilAnswered(options, { purchase, buyer, shop: ask.shop }, mayRetry)
  if (call.outcome.kind === 'placed' && ask.looks) {
    const { orderId, text } = call.outcome
    const shop = shops[(ask.shop + 1) % shops.length] as ProcessHandle
    const seen = await client.ask('GET', `${shop.url}/api/v1/orders/${orderId}`, buyer.token)
    // What was not answered, or not now, was not looked at.
    if (seen !== undefined && seen.status < 500) {
      const { status, body } = seen
      ledger.readings.push({ orderId, shop: shop.name, status, isSame: body === text })
    }
  }
  if (ask.then === undefined) return
  await sleep(ask.then.afterMs)
  const again = { ...purchase, quantity: ask.then.quantity }
  await untilAnswered(options, { purchase: again, buyer, shop: ask.then.shop }, mayRetry)
}

/** The last waves are sold on when a run takes longer than was planned for. */
function purchaseOf(options: LoadOptions, ask: Ask, buyer: Buyer): Purchase {
  const waves = options.events.length / EVENT_KINDS.length
  const place = Math.min(ask.wave, waves - 1) * EVENT_KINDS.length + ask.kind
  return {
    userId: buyer.id,
    eventId: options.events[place] as number,
    quantity: ask.quantity,
    key: ask.key,
    tampering: ask.tampering,
  }
}

async function untilAnswered(
  options: LoadOptions,
  what: { purchase: Purchase; buyer: Buyer; shop: number },
  mayRetry: () => boolean,
): Promise<Call> {
  const { shops, client, ledger } = options
  const { purchase, buyer } = what
  for (let tries = 0; ; tries += 1) {
    const shop = shops[(what.shop + tries) % shops.length] as ProcessHandle
    const call = await ledger.invoke(purchase, shop.name)
    const { eventId, quantity, tampering, key } = purchase
    const body = { event_id: eventId, quantity, ...tampering }
    ledger.complete(call, await client.post(shop.url, buyer.token, body, key))
    if (call.outcome.kind === 'placed') options.onSale(call)
    if (key === undefined || !asksAgain(call) || !mayRetry()) return call
    await sleep(Math.min(RETRY_MS.first * 2 ** tries, RETRY_MS.most))
  }
}

/** Lost, or told to come back later. */
const asksAgain = ({ outcome }: Pick<Call, 'outcome'>): boolean =>
  outcome.kind === 'unknown' ||
  (outcome.kind === 'refused' && ['request_in_progress', 'rate_limited'].includes(outcome.code))
