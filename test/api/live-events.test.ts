/** What changes about an event, pushed to everybody who looks at it. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { LiveEvent } from '../../src/contracts/live-event.ts'
import { EventStreams } from '../../src/platform/http/event-streams.ts'
import { createHttpMetrics } from '../../src/platform/http/request-telemetry.ts'
import { createHttpServer, stopHttpServer } from '../../src/platform/http/server.ts'
import { EVENTS, startEventShop } from '../support/event-api.ts'
import { type EventRig, startEventRig } from '../support/event-rig.ts'
import { type OpenStream, openStream } from '../support/event-stream.ts'
import { createSale } from '../support/sale.ts'
import { until } from '../support/until.ts'

const CROWD = 200
const ROOM_FOR_ALL = { streams: 1_000, streamsPerAddress: 1_000 }

const sell = async (rig: EventRig, eventId: number) =>
  await rig.db.query('update event_inventory set sold = sold + 1 where event_id = $1', [eventId])

const stateOf = (stream: OpenStream): LiveEvent =>
  JSON.parse(stream.events.at(-1)?.data ?? '{}') as LiveEvent

async function openMany(count: number, url: string): Promise<OpenStream[]> {
  return await Promise.all(Array.from({ length: count }, async () => await openStream(url)))
}

async function streamCount(rig: EventRig): Promise<number> {
  const text = await rig.registry.metrics()
  return Number(/^boxoffice_live_streams (\d+)$/m.exec(text)?.[1])
}

test('a crowd that watches an event is one look a second', async () => {
  await using rig = await startEventRig({ isClockRunning: true, streamLimits: ROOM_FOR_ALL })
  const base = await rig.listen()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  const url = `${base}${EVENTS}/${eventId}/live`

  const startedAt = performance.now()
  const before = rig.db.queries
  const crowd = await openMany(CROWD, url)
  await until('everybody has the event', () => crowd.every(({ events }) => events.length === 1))
  for (let sold = 1; sold <= 3; sold += 1) {
    await sell(rig, eventId)
    await until('everybody hears of it', () =>
      crowd.every((stream) => stateOf(stream).remaining_tickets === 100 - sold),
    )
  }
  const seconds = (performance.now() - startedAt) / 1000
  // Three of them were ours. The first visitor looks, too.
  const looks = rig.db.queries - before - 3
  assert.ok(looks <= seconds + 2, `${looks} looks in ${seconds} seconds`)
  assert.ok(looks >= 3, 'it did look')
  const [first] = crowd
  for (const { events } of crowd) {
    assert.deepEqual(events.slice(1), first?.events.slice(1), 'all were sent the same')
  }
})

test('only a change is sent, and not again to who has it', async () => {
  await using rig = await startEventRig({ isClockRunning: true })
  const base = await rig.listen()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  const url = `${base}${EVENTS}/${eventId}/live`
  const stream = await openStream(url)
  assert.equal(stream.status, 200)
  assert.equal(stream.headers['content-type'], 'text/event-stream; charset=utf-8')
  assert.equal(stream.headers['cache-control'], 'no-store')
  assert.equal(stream.headers['x-content-type-options'], 'nosniff')
  await until('the first event', () => stream.events.length > 0)
  assert.match(stream.text(), /^retry: \d{4}\n\n/)
  const { at, ...state } = stateOf(stream)
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000, 'it tells the time')
  assert.deepEqual(state, {
    event_id: eventId,
    sale: 'on_sale',
    remaining_tickets: 100,
    held_tickets: 0,
    ticket_types: state.ticket_types.map(({ id }) => ({ id, remaining_tickets: 100 })),
    on_sale_at: null,
    event_date: state.event_date,
    postponed_at: null,
  })
  assert.equal(state.ticket_types.length, 1)

  const known = stream.events[0]?.id ?? ''
  const again = await openStream(url, { 'last-event-id': known })
  const looksBefore = rig.db.queries
  await until('two more looks', () => rig.db.queries >= looksBefore + 2)
  assert.deepEqual([stream.events.length, again.events.length], [1, 0])
  await sell(rig, eventId)
  await until('the change', () => stream.events.length === 2 && again.events.length === 1)
  assert.deepEqual(again.events[0], stream.events[1])
  const late = await openStream(url, { 'last-event-id': known })
  await until('what was missed', () => late.events.length === 1)
  assert.equal(stateOf(late).remaining_tickets, 99)
})

test('too many streams are refused, of one address and of all, until one goes', async () => {
  await using rig = await startEventRig({
    isClockRunning: true,
    streamLimits: { streams: 5, streamsPerAddress: 3 },
  })
  const base = await rig.listen()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  const url = `${base}${EVENTS}/${eventId}/live`
  const openFrom = async (address: string) => await openStream(url, { 'x-forwarded-for': address })

  const [one, ...others] = await Promise.all(Array.from({ length: 3 }, async () => await openFrom('203.0.113.1'))) // prettier-ignore
  assert.deepEqual(
    [one, ...others].map((stream) => stream?.status),
    [200, 200, 200],
  )
  const refused = await openFrom('203.0.113.1')
  assert.equal(refused.status, 503)
  assert.match(String(refused.headers['retry-after']), /^\d+$/)
  await until('the refusal', refused.isOver)
  assert.equal((JSON.parse(refused.text()) as { code: string }).code, 'unavailable')
  const elsewhere = await openFrom('2001:db8::1')
  assert.equal(elsewhere.status, 200)
  assert.equal((await openFrom('2001:db8::2')).status, 200, 'the same network may have three, too')
  assert.equal((await openFrom('203.0.113.9')).status, 503, 'five are open')

  one?.leave()
  await until('it is forgotten', async () => (await streamCount(rig)) === 4)
  assert.equal((await openFrom('203.0.113.1')).status, 200)
  const once = await fetch(url, { headers: { 'x-forwarded-for': '203.0.113.1' } })
  assert.equal(once.status, 200, 'asking again and again is open to all')
})

test('who does not ask for a stream is told once', async () => {
  await using rig = await startEventRig()
  const { eventId } = await createSale(rig.db, { capacity: 7 })
  const url = `${EVENTS}/${eventId}/live`
  const answer = await rig.http.inject({ method: 'GET', url })
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['vary'], 'Accept')
  assert.match(String(answer.headers['cache-control']), /^public, .*s-maxage=1,/)
  const { remaining_tickets, at } = answer.json<LiveEvent>()
  assert.deepEqual([remaining_tickets, at], [7, new Date(rig.now.ms).toISOString()])
  const head = await rig.http.inject({ method: 'HEAD', url, headers: { accept: 'text/event-stream' } }) // prettier-ignore
  assert.deepEqual([head.statusCode, head.body], [200, ''])
  const headers = { accept: 'text/event-stream' }
  const nothing = await rig.http.inject({ method: 'GET', url: `${EVENTS}/999/live`, headers })
  assert.equal(nothing.statusCode, 404)
})

test('a stream tells of a pause, a postponement and the end, and is over when the event is withdrawn', async () => {
  await using shop = await startEventShop()
  const base = await shop.app.listen()
  const event = await shop.create()
  const act = async (action: string, body: object = {}) => {
    const url = `${EVENTS}/${event.id}/${action}`
    const answer = await shop.call({ method: 'POST', url, by: shop.organizer, body })
    assert.equal(answer.status, 200, answer.body)
  }
  const stream = await openStream(`${base}${EVENTS}/${event.id}/live`)
  await until('on sale', () => stateOf(stream).sale === 'on_sale')
  await act('pause')
  await until('paused', () => stateOf(stream).sale === 'paused')
  await act('postpone', { event_date: '2036-03-01T20:00:00Z' })
  await until('postponed', () => stateOf(stream).postponed_at !== null)
  assert.equal(stateOf(stream).event_date, '2036-03-01T20:00:00.000Z')
  await act('cancel')
  await until('cancelled', () => stateOf(stream).sale === 'cancelled')

  const other = await shop.create()
  const watching = await openStream(`${base}${EVENTS}/${other.id}/live`)
  await until('it is there', () => watching.events.length === 1)
  assert.equal((await shop.change(other.id, { status: 'draft' })).status, 200)
  await until('it is over', watching.isOver)
})

test('a stop ends all streams, also of who does not read, and waits for none', async () => {
  const shop = await startEventShop()
  const base = await shop.app.listen()
  const event = await shop.create()
  const streams = await openMany(20, `${base}${EVENTS}/${event.id}/live`)
  streams[0]?.pause()
  await shop[Symbol.asyncDispose]()
  await until('all are over', () => streams.slice(1).every((stream) => stream.isOver()))
})

/** A server whose only route is a stream, to which the test sends what it likes. */
async function startStreamServer() {
  const streams = new EventStreams(ROOM_FOR_ALL)
  const app = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createHttpMetrics(new Registry()),
    authenticate: () => assert.fail('nobody signs in here'),
    rateLimits: 'off',
    trustedProxies: [],
  })
  const open = new Set<ServerResponse>()
  app.get('/stream', { config: { access: 'public' } }, (request, reply) => {
    const response = streams.open(request, reply, () => open.delete(response))
    open.add(response)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/stream`,
    streams,
    open,
    async [Symbol.asyncDispose]() {
      streams.close()
      await stopHttpServer(app)
    },
  }
}

test('who does not read is cut off before much waits for them, and nobody else notices', async () => {
  await using server = await startStreamServer()
  const readers = await openMany(5, server.url)
  const [slow, ...quick] = readers
  slow?.pause()
  const frame = Buffer.from(`data: ${'x'.repeat(256 * 1024)}\n\n`)
  let sent = 0
  await until('the slow one is cut off', async () => {
    assert.ok(sent < 2_000, 'in half a gigabyte nobody was cut off')
    let waiting = 0
    for (const response of server.open) waiting = Math.max(waiting, response.writableLength)
    assert.ok(waiting < 2 * frame.length, `${waiting} bytes wait`)
    await server.streams.send(server.open, frame)
    sent += 1
    await until('the quick ones have it', () => quick.every(({ events }) => events.length === sent))
    return server.open.size < readers.length
  })
  assert.equal(server.open.size, quick.length)
  assert.ok(
    quick.every((stream) => !stream.isOver()),
    'the quick ones stay',
  )
  assert.equal(server.streams.count, quick.length)
})
