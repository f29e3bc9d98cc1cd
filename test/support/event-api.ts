/** A shop with two organizers, an admin and a guest, and the calls that tests about events make. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CreateEventBody, Event, EventListing } from '../../src/contracts/event.ts'
import { type TestAnswer, type TestApp, startApp } from './app.ts'
import { type Buyer, createBuyers } from './sale.ts'

export const EVENTS = '/api/v1/events'

/** The brief's request, in the future. */
export const ROCK_NIGHT = {
  name: 'Rock Night',
  description: 'Live rock concert',
  venue: 'City Arena',
  event_date: '2035-12-10T20:00:00Z',
  ticket_price: 75,
  total_tickets: 500,
} satisfies CreateEventBody

export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'HEAD'
  url: string
  by?: Buyer | undefined
  body?: unknown
  headers?: Record<string, string>
}

export interface EventShop extends AsyncDisposable {
  app: TestApp
  organizer: Buyer
  rival: Buyer
  admin: Buyer
  guest: Buyer
  call: (call: Call) => Promise<TestAnswer>
  /** Creates an event as `organizer`. */
  create: (body?: Partial<CreateEventBody>) => Promise<Event>
  /** Changes an event as `organizer`. */
  change: (id: number, body: unknown, headers?: Record<string, string>) => Promise<TestAnswer>
  read: (id: number) => Promise<Event>
  /** The events of a list. */
  list: (query?: string) => Promise<EventListing[]>
  buy: (body: object) => Promise<TestAnswer>
}

export async function startEventShop(): Promise<EventShop> {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-test-'))
  const app = await startApp({ dataDir })
  const [organizer, rival] = await createBuyers(app.db, dataDir, 2, 'organizer')
  const [admin] = await createBuyers(app.db, dataDir, 1, 'admin')
  const [guest] = await createBuyers(app.db, dataDir, 1)
  assert.ok(organizer && rival && admin && guest, 'organizer && rival && admin && guest')

  const call = async ({ method, url, by, body, headers }: Call) =>
    await app.inject({
      method,
      url,
      headers: {
        ...(by === undefined ? {} : { authorization: `Bearer ${by.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })

  return {
    app,
    organizer,
    rival,
    admin,
    guest,
    call,
    async create(body = {}) {
      const payload = { ...ROCK_NIGHT, ...body }
      const answer = await call({ method: 'POST', url: EVENTS, by: organizer, body: payload })
      assert.equal(answer.status, 201, answer.body)
      return answer.json<Event>()
    },
    change: async (id, body, headers = {}) =>
      await call({ method: 'PATCH', url: `${EVENTS}/${id}`, by: organizer, body, headers }),
    async read(id) {
      const answer = await call({ method: 'GET', url: `${EVENTS}/${id}` })
      assert.equal(answer.status, 200, answer.body)
      return answer.json<Event>()
    },
    async list(query = '') {
      const answer = await call({ method: 'GET', url: `${EVENTS}${query}` })
      assert.equal(answer.status, 200, answer.body)
      return answer.json<EventListing[]>()
    },
    buy: async (body) => await call({ method: 'POST', url: '/api/v1/orders', by: guest, body }),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
