/**
 * What a buyer does with an order once it is placed: thinks, pays, tries another card, shows that the
 * card is theirs, gives it back, walks away, and looks how it ended; and the organizer who takes
 * tickets back. What has no answer is asked again, at another shop.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Buyer } from '../support/sale.ts'
import type { Client } from './client.ts'
import type { ProcessHandle } from './fault.ts'
import type { Call, Deed, DeedAsked, Ledger } from './ledger.ts'
import { ASKS_BUYER, DECLINED, HOLD_SECONDS, type Life, PAYS } from './life.ts'
import { type SeenOrder, codeIn, seenOrderIn } from './seen-order.ts'

export interface BuyerDeps {
  shops: readonly ProcessHandle[]
  client: Client
  ledger: Ledger
  /** Takes tickets back. */
  organizer: Buyer
  providerUrl: string
  onSale: (sold: { shop: string }) => void
  /** Whether there still is time to ask again. */
  mayRetry: () => boolean
}

/** An order in somebody's hands. */
interface Owned {
  order: SeenOrder
  buyer: Buyer
  life: Life
  /** Where to go next. */
  shop: number
}

export const RETRY_MS = { first: 100, most: 2_000 }
const LOOK_EVERY_MS = 400
const LAST_MOMENT_MS = { early: 150, late: 150 }
const WAITS = ['payment_in_progress', 'request_in_progress', 'rate_limited']

/** @param placed As the buyer was answered; @param order What the answer showed. */
export async function live(deps: BuyerDeps, owned: Owned, placed: Call): Promise<void> {
  let { order } = owned
  if (owned.life.hold !== undefined) order = await endHold(deps, owned, placed)
  else if (order.clientSecret !== undefined) await authenticate(deps, owned, order)
  if (order.status === 'PENDING' && !isLeftAlone(owned)) order = await untilSettled(deps, owned)
  if (order.status !== 'CONFIRMED' || owned.life.takenBack === undefined) return
  await sleep(owned.life.takenBack.afterMs)
  await takeBack(deps, owned, order)
}

/** Nobody waits for what its buyer walked away from. */
function isLeftAlone({ life }: Owned): boolean {
  return life.hold?.end === 'abandon' || life.hold?.end === 'declined'
}

/** @returns The order as it was seen last. */
async function endHold(deps: BuyerDeps, owned: Owned, placed: Call): Promise<SeenOrder> {
  const { hold } = owned.life
  const pay = async (method: string) => await payWith(deps, owned, method)
  const giveBack = async () => await untilDone(deps, owned, { kind: 'give back' })
  await sleep(hold?.thinkMs ?? 0)
  switch (hold?.end) {
    case 'pay':
      return await pay(PAYS)
    case 'pay at the last moment': {
      const since = (placed.completedAt ?? Date.now()) - (hold.thinkMs % LAST_MOMENT_MS.late)
      await sleep(Math.max(0, since + HOLD_SECONDS * 1_000 + LAST_MOMENT_MS.early - Date.now()))
      return await pay(PAYS)
    }
    case 'pay twice': {
      const [first] = await Promise.all([pay(PAYS), payWith(deps, { ...owned, shop: owned.shop + 1 }, PAYS)]) // prettier-ignore
      return first
    }
    case 'declined, then pay':
      await pay(DECLINED)
      return await pay(PAYS)
    case 'declined':
      return await pay(DECLINED)
    case 'authenticate':
      return await pay(ASKS_BUYER)
    case 'give back':
      await giveBack()
      return { ...owned.order, status: 'CANCELLED' }
    case 'pay and give back':
      await Promise.all([pay(PAYS), giveBack()])
      return owned.order
    case 'abandon':
    case undefined:
      return owned.order
  }
}

async function payWith(deps: BuyerDeps, owned: Owned, paymentMethod: string): Promise<SeenOrder> {
  const deed = await untilDone(deps, owned, { kind: 'pay', paymentMethod })
  const { order } = deed
  if (order?.status === 'CONFIRMED') deps.onSale(deed)
  if (order?.clientSecret !== undefined) await authenticate(deps, owned, order)
  if (deed.code === 'payment_declined') return owned.order
  if (order === undefined) return { ...owned.order, status: 'CANCELLED' }
  return order
}

async function authenticate(deps: BuyerDeps, { life }: Owned, order: SeenOrder): Promise<void> {
  await sleep(life.authenticationMs)
  if (life.authentication === 'abandon') return
  const url = `${deps.providerUrl}/authenticate/${order.clientSecret ?? ''}`
  const body = new URLSearchParams({ result: life.authentication })
  // The provider may be the one in trouble; then the buyer has given up.
  await fetch(url, { method: 'POST', body, redirect: 'manual' }).catch(() => undefined)
}

/** Asks until there is an answer that says something. */
async function untilDone(
  deps: BuyerDeps,
  owned: Owned,
  asked: Pick<DeedAsked, 'kind' | 'paymentMethod'>,
): Promise<Deed> {
  const { orderId, eventId } = owned.order
  const url = `/api/v1/orders/${orderId}`
  const request =
    asked.kind === 'pay'
      ? { method: 'POST' as const, path: `${url}/pay`, body: { payment_method: asked.paymentMethod } } // prettier-ignore
      : { method: 'DELETE' as const, path: url, body: undefined }
  return await perform(deps, {
    asked: { ...asked, orderId, eventId, userId: owned.buyer.id },
    token: owned.buyer.token,
    first: owned.shop,
    ...request,
  })
}

/** The organizer takes all tickets back, or the first of them. */
async function takeBack(deps: BuyerDeps, owned: Owned, order: SeenOrder): Promise<void> {
  const { organizer } = deps
  const [first = ''] = order.ticketCodes
  await perform(deps, {
    asked: { kind: 'take back', orderId: order.orderId, eventId: order.eventId, userId: organizer.id }, // prettier-ignore
    token: organizer.token,
    first: owned.shop,
    method: 'POST',
    path: `/api/v1/orders/${order.orderId}/refunds`,
    body: owned.life.takenBack?.what === 'one' ? { tickets: [first] } : {},
  })
}

export interface Performance {
  asked: DeedAsked
  token: string
  /** Which shop is asked first; then the next one. */
  first: number
  method: 'POST' | 'DELETE'
  path: string
  body: object | undefined
}

/** @returns The last try, answered or not. */
export async function perform(
  deps: Pick<BuyerDeps, 'shops' | 'client' | 'ledger' | 'mayRetry'>,
  { asked, token, first, method, path, body }: Performance,
): Promise<Deed> {
  const { shops, client, ledger } = deps
  for (let tries = 0; ; tries += 1) {
    const shop = shops[(first + tries) % shops.length] as ProcessHandle
    const deed = await ledger.invokeDeed(asked, shop.name)
    const told = await client.ask(method, `${shop.url}${path}`, token, body)
    const { status, why, contentType } = told
    const code = status >= 400 ? codeIn(told.body) : undefined
    ledger.completeDeed(deed, { status, why, contentType, code, order: seenOrderIn(told.body) })
    const isOpen = status === 0 || status >= 500 || WAITS.includes(code ?? '')
    if (!isOpen || !deps.mayRetry()) return deed
    await sleep(Math.min(RETRY_MS.first * 2 ** tries, RETRY_MS.most))
  }
}

/** Looks again and again until it is no longer PENDING. */
async function untilSettled(deps: BuyerDeps, owned: Owned): Promise<SeenOrder> {
  let last = owned.order
  for (let tries = 0; deps.mayRetry(); tries += 1) {
    await sleep(LOOK_EVERY_MS)
    const seen = await look(deps, owned, owned.shop + tries)
    if (seen === undefined) continue
    // Whether it may be gone is for the checks to say; waiting brings no answer.
    if (seen === 'gone') break
    last = seen
    if (seen.status !== 'PENDING') break
  }
  return last
}

/** @returns Undefined when there was no answer, `gone` when there is no such order. */
export async function look(
  deps: Pick<BuyerDeps, 'shops' | 'client' | 'ledger'>,
  { order: { orderId }, buyer }: Pick<Owned, 'order' | 'buyer'>,
  at: number,
): Promise<SeenOrder | 'gone' | undefined> {
  const shop = deps.shops[at % deps.shops.length] as ProcessHandle
  const askedAt = Date.now()
  const told = await deps.client.ask('GET', `${shop.url}/api/v1/orders/${orderId}`, buyer.token)
  // What was not answered, or not now, was not looked at.
  if (told.status === 0 || told.status >= 500 || told.status === 429) return undefined
  const order = seenOrderIn(told.body)
  deps.ledger.readings.push({
    ...{ orderId, shop: shop.name, askedAt, answeredAt: Date.now() },
    ...{ status: told.status, order },
  })
  return told.status === 404 ? 'gone' : order
}
