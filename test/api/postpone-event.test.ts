/** Moving an event to another date: what is taken, what is refused, by whom. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Event } from '../../src/contracts/event.ts'
import { assertRefused } from '../support/accounts.ts'
import { EVENTS, type EventShop, ROCK_NIGHT, startEventShop } from '../support/event-api.ts'
import type { Buyer } from '../support/sale.ts'

const LATER = '2036-03-01T20:00:00Z'
const DAY_MS = 86_400_000

let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const postpone = async (
  id: number,
  body: unknown = { event_date: LATER },
  { by = shop.organizer, headers = {} }: { by?: Buyer; headers?: Record<string, string> } = {},
) => await shop.call({ method: 'POST', url: `${EVENTS}/${id}/postpone`, by, body, headers })

test('an event that was bought moves to another date, which a change refuses', async () => {
  const { id } = await shop.create()
  assert.equal((await shop.buy({ event_id: id, quantity: 2 })).status, 201)
  const refusal = await shop.change(id, { event_date: LATER })
  assertRefused(refusal, { status: 409, code: 'sales_started', field: 'event_date' })
  assert.match(refusal.json<{ detail: string }>().detail, /postpone the event instead/)

  const before = Date.now()
  const answer = await postpone(id)
  assert.equal(answer.status, 200, answer.body)
  const event = answer.json<Event>()
  assert.equal(event.event_date, LATER)
  assert.equal(event.sales_end_at, LATER, 'an open end of the sale moves with the event')
  assert.equal(event.version, 2)
  assert.match(String(answer.headers['etag']), /^"2-/)
  const postponedAt = Date.parse(event.postponed_at ?? '')
  assert.ok(postponedAt >= before && postponedAt <= Date.now(), event.postponed_at)
  assert.equal(Date.parse(event.refund_until ?? ''), postponedAt + 30 * DAY_MS)
  assert.deepEqual(await shop.read(id), event)
})

test('an event that was never moved says nothing of it', async () => {
  const event = await shop.create()
  assert.ok(!('postponed_at' in event) && !('refund_until' in event), JSON.stringify(event))
})

test('buyers never have longer to decide than until the event, and as long as is said', async () => {
  const { id } = await shop.create()
  const soon = new Date(Math.ceil(Date.now() / 1000) * 1000 + 7 * DAY_MS).toISOString()
  const event = (await postpone(id, { event_date: soon })).json<Event>()
  assert.equal(Date.parse(event.refund_until ?? ''), Date.parse(soon))
  const refund_until = '2035-12-24T00:00:00Z'
  const said = (await postpone(id, { event_date: LATER, refund_until })).json<Event>()
  assert.equal(said.refund_until, refund_until)
})

test('it is told to others and to the audit log, with what was and what is', async () => {
  const { id } = await shop.create()
  // The relay takes messages away, so what was written is kept beside it.
  await shop.app.db.query(`create table told (topic text, event_id bigint)`)
  await shop.app.db.query(
    `create rule tell as on insert to outbox do also
       insert into told values (new.topic, (new.payload ->> 'event_id')::bigint)`,
  )
  await postpone(id, undefined, { by: shop.admin })
  await shop.app.db.query('drop rule tell on outbox')
  const told = await shop.app.db.query('select topic from told where event_id = $1 order by 1', [
    id,
  ])
  assert.deepEqual(told, [{ topic: 'event.changed' }, { topic: 'event.postponed' }])
  const [entry] = await shop.app.db.query<{ actor_id: number; before: Event; after: Event }>(
    `select actor_id, before, after from audit_log
      where action = 'event.postponed' and subject_id = $1`,
    [id],
  )
  assert.equal(entry?.actor_id, shop.admin.id)
  assert.equal(entry.before.event_date, ROCK_NIGHT.event_date)
  assert.equal(entry.after.event_date, LATER)
  assert.deepEqual(Object.keys(entry.after).sort(), [
    'event_date',
    'postponed_at',
    'refund_until',
    'sales_end_at',
    'version',
  ])
})

test('what does not fit or cannot be is refused with the field at fault, and changes nothing', async () => {
  const event = await shop.create({
    on_sale_at: '2035-06-01T08:00:00Z',
    sales_end_at: '2035-12-01T00:00:00Z',
  })
  const wrong: [status: 400 | 422, field: string, body: unknown][] = [
    [400, 'event_date', {}],
    [400, 'event_date', { event_date: null }],
    [400, 'event_date', { event_date: '2036-03-01' }],
    [400, 'event_date', { event_date: '2036-02-30T20:00:00Z' }],
    [400, 'event_date', { event_date: 2_080_000_000 }],
    [400, 'refund_until', { event_date: LATER, refund_until: 'soon' }],
    [400, 'refund_until', { event_date: LATER, refund_until: null }],
    [400, 'sales_end_at', { event_date: LATER, sales_end_at: 'never' }],
    [400, 'venue', { event_date: LATER, venue: 'Town Hall' }],
    [400, 'body', '[]'],
    [422, 'event_date', { event_date: ROCK_NIGHT.event_date }],
    [422, 'event_date', { event_date: '2020-01-01T00:00:00Z' }],
    [422, 'on_sale_at', { event_date: '2035-05-01T00:00:00Z' }],
    [422, 'sales_end_at', { event_date: '2035-11-01T00:00:00Z' }],
    [422, 'sales_end_at', { event_date: LATER, sales_end_at: '2036-03-02T00:00:00Z' }],
    [422, 'sales_end_at', { event_date: LATER, sales_end_at: '2035-05-01T00:00:00Z' }],
    [422, 'refund_until', { event_date: LATER, refund_until: '2036-03-01T20:00:01Z' }],
    [422, 'refund_until', { event_date: LATER, refund_until: '2020-01-01T00:00:00Z' }],
  ]
  for (const [status, field, body] of wrong) {
    const code = status === 400 ? 'invalid_request' : 'invalid_value'
    assertRefused(await postpone(event.id, body), { status, code, field }, JSON.stringify(body))
  }
  assert.deepEqual(await shop.read(event.id), event)
})

test('an end of the sale stays unless another is named, and null is the new start', async () => {
  const sales_end_at = '2035-12-01T00:00:00Z'
  const { id } = await shop.create({ sales_end_at })
  assert.equal((await postpone(id)).json<Event>().sales_end_at, sales_end_at)
  const event_date = '2036-04-01T20:00:00Z'
  const moved = { event_date, sales_end_at: '2036-03-31T00:00:00Z' }
  assert.equal((await postpone(id, moved)).json<Event>().sales_end_at, moved.sales_end_at)
  const open = { event_date: LATER, sales_end_at: null }
  assert.equal((await postpone(id, open)).json<Event>().sales_end_at, LATER)
})

test('it is its organizer’s or an admin’s to say, about the version they know', async () => {
  const { id } = await shop.create()
  const body = { event_date: LATER }
  assertRefused(await postpone(id, body, { by: shop.rival }), { status: 403, code: 'forbidden' })
  assertRefused(await postpone(id, body, { by: shop.guest }), { status: 403, code: 'forbidden' })
  assertRefused(await postpone(id, body, { headers: { 'if-match': '"7-0"' } }), {
    status: 412,
    code: 'precondition_failed',
    field: 'If-Match',
  })
  assert.equal((await shop.read(id)).version, 1)
  assert.equal((await postpone(id, body, { headers: { 'if-match': '"1-0"' } })).status, 200)
})

test('a cancelled event is not postponed, a deleted one is not there', async () => {
  const { id } = await shop.create()
  await shop.call({ method: 'POST', url: `${EVENTS}/${id}/cancel`, by: shop.organizer })
  assertRefused(await postpone(id), { status: 409, code: 'event_cancelled' })
  const gone = await shop.create()
  await shop.call({ method: 'DELETE', url: `${EVENTS}/${gone.id}`, by: shop.organizer })
  assertRefused(await postpone(gone.id), { status: 404, code: 'not_found' })
})
