/**
 * The crowd at work: sends what the plan says when the plan says it, and asks again, under the same
 * key, wherever the answer was lost. Goes on until it is told to stop, then sees to it that every
 * purchase with a key has its answer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Buyer } from '../support/sale.ts'
import { type BuyerDeps, RETRY_MS, live, look } from './buyer.ts'
import { type Ask, type Visit, EVENT_KINDS } from './crowd.ts'
import type { ProcessHandle } from './fault.ts'
import type { Call, Purchase } from './ledger.ts'
import { seenOrderIn } from './seen-order.ts'

/** The plan is looked at so often; what was due meanwhile leaves at once. */
const TICK_MS = 5
/** After the stop, by then everything that can be answered is. */
const LAST_ANSWERS_MS = 45_000

export interface LoadOptions extends Omit<BuyerDeps, 'mayRetry'> {
  plan: Iterator<Visit, unknown>
  buyers: readonly Buyer[]
  /** Ids of the events, wave by wave. */
  events: readonly number[]
}

type LoadDeps = LoadOptions & BuyerDeps

export interface Load {
  /** Stops the arrivals, and resolves when everything sent is answered or given up. */
  stop: () => Promise<void>
}

export function startLoad(options: LoadOptions): Load {
  const startedAt = performance.now()
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()
  let giveUpAt = Number.POSITIVE_INFINITY
  const deps = { ...options, mayRetry: () => performance.now() < giveUpAt }

  const begin = (ask: Ask): void => {
    const going = buy(deps, ask).finally(() => running.delete(going))
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

async function buy(deps: LoadDeps, ask: Ask): Promise<void> {
  const buyer = deps.buyers[ask.buyer % deps.buyers.length] as Buyer
  const purchase = purchaseOf(deps, ask, buyer)
  const again = async () => {
    if (ask.then === undefined) return
    await sleep(ask.then.afterMs)
    const other = { ...purchase, quantity: ask.then.quantity }
    await untilAnswered(deps, { purchase: other, buyer, shop: ask.then.shop })
  }
  const call = await untilAnswered(deps, { purchase, buyer, shop: ask.shop })
  const order = call.outcome.kind === 'placed' ? seenOrderIn(call.outcome.text) : undefined
  if (order === undefined) {
    await again()
    return
  }
  const { life } = ask
  await Promise.all([live(deps, { order, buyer, life, shop: ask.shop }, call), again()])
  if (ask.looks) await look(deps, { order, buyer }, ask.shop + 1)
}

/** The last waves are sold on when a run takes longer than was planned for. */
function purchaseOf(options: LoadOptions, ask: Ask, buyer: Buyer): Purchase {
  const waves = options.events.length / EVENT_KINDS.length
  const place = Math.min(ask.wave, waves - 1) * EVENT_KINDS.length + ask.kind
  return {
    userId: buyer.id,
    eventId: options.events[place] as number,
    quantity: ask.quantity,
    isHold: ask.life.hold !== undefined,
    paymentMethod: ask.life.paymentMethod,
    key: ask.key,
    tampering: ask.tampering,
  }
}

/** What is sent for it. */
export const bodyOf = ({ eventId, quantity, isHold, paymentMethod, tampering }: Purchase) => ({
  event_id: eventId,
  quantity,
  ...(isHold ? { hold: true } : {}),
  ...(paymentMethod === undefined ? {} : { payment_method: paymentMethod }),
  ...tampering,
})

async function untilAnswered(
  deps: LoadDeps,
  what: { purchase: Purchase; buyer: Buyer; shop: number },
): Promise<Call> {
  const { shops, client, ledger } = deps
  const { purchase, buyer } = what
  for (let tries = 0; ; tries += 1) {
    const shop = shops[(what.shop + tries) % shops.length] as ProcessHandle
    const call = await ledger.invoke(purchase, shop.name)
    ledger.complete(call, await client.post(shop.url, buyer.token, bodyOf(purchase), purchase.key))
    if (call.outcome.kind === 'placed' && call.outcome.status === 'CONFIRMED') deps.onSale(call)
    if (purchase.key === undefined || !asksAgain(call) || !deps.mayRetry()) return call
    await sleep(Math.min(RETRY_MS.first * 2 ** tries, RETRY_MS.most))
  }
}

/** Lost, or told to come back later. */
const asksAgain = ({ outcome }: Pick<Call, 'outcome'>): boolean =>
  outcome.kind === 'unknown' ||
  (outcome.kind === 'refused' &&
    ['request_in_progress', 'payment_in_progress', 'rate_limited'].includes(outcome.code))
