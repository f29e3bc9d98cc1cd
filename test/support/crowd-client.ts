/** Buyers who do not give up: each asks under one key until it has an answer that is final. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '../../src/platform/postgres.ts'
import { type Answer, type Buyer, order, readBooks, settled } from './sale.ts'

export interface Purchase {
  answer: Answer
  /** The longest that one try of it took, in milliseconds. */
  slowestMs: number
  tries: number
}

/** Seconds that one purchase may take over all of its tries, however bad things are. */
const PATIENCE_MS = 60_000
const PAUSE_MS = 50

/** Buys one ticket under `key`; 503 and a broken connection are asked again, nothing else happens. */
export async function insistOn(
  url: string,
  request: { buyer: Buyer; eventId: number; key: string },
): Promise<Purchase> {
  const startedAt = performance.now()
  let slowestMs = 0
  for (let tries = 1; performance.now() - startedAt < PATIENCE_MS; tries += 1) {
    const askedAt = performance.now()
    const body = { event_id: request.eventId, quantity: 1 }
    const first = await order(url, request.buyer, body, request.key).catch(() => undefined)
    slowestMs = Math.max(slowestMs, performance.now() - askedAt)
    const answer =
      first?.status === 202
        ? await settled(url, request.buyer, first).catch(() => undefined)
        : first
    if (answer?.status === 201) return { answer, slowestMs, tries }
    const isPassing =
      answer === undefined || answer.status === 503 || answer.code === 'request_in_progress'
    assert.ok(isPassing, `an answer that nobody expects: ${answer?.body}`)
    await sleep(PAUSE_MS)
  }
  assert.fail(`no order after ${PATIENCE_MS} ms`)
}

/** Holds an event's books against what buyers were told: every order once, and no other. */
export async function assertExactly(
  db: Queryable,
  eventId: number,
  purchases: readonly Purchase[],
): Promise<void> {
  const told = purchases.flatMap(({ answer }) => answer.ticketCodes).sort()
  const rows = await db.query<{ code: string }>(
    'select ticket_code as code from tickets where event_id = $1 order by ticket_code',
    [eventId],
  )
  assert.deepEqual(
    rows.map(({ code }) => code),
    told,
  )
  const books = await readBooks(db, eventId)
  assert.deepEqual(
    [books.orders, books.ordered, books.sold, books.soldByType],
    [purchases.length, purchases.length, purchases.length, purchases.length],
  )
}
