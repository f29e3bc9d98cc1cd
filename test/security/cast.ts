/** The people of the authorization tests, and things that belong to them. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TRIES_MAX } from '../../src/platform/outbox/jobs.ts'
import { Database } from '../../src/platform/postgres.ts'
import { startSession } from '../../src/services/user/open-session.ts'
import type { SessionKind } from '../../src/services/user/sessions.sql.ts'
import { makeUserToken } from '../../src/services/user/user-tokens.ts'
import type { UserTokenKind } from '../../src/services/user/user-tokens.sql.ts'
import { stylesheet } from '../../web/assets.ts'
import { type Account, get, patch, post, signUp } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { type TestDatabase, createDatabase } from '../support/database.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'
import { waitForFile } from '../support/ticket-files.ts'

/** Who calls. The suspended one is an organizer whose token and session are from before. */
export const ROLES = ['nobody', 'suspended', 'guest', 'organizer', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** What an address or a body can name. An `event` is published and not on sale yet, a `sale` is. */
export type Thing =
  | 'event'
  | 'draft'
  | 'sale'
  | 'order'
  | 'ticket'
  | 'user'
  | 'identity'
  | 'session'
  | 'mail'
  | 'deadLetter'
  | 'failed refund'
  | 'asset'
  | 'drawn order'
  | FileLink

/** What stands in the link to a file of an order, between the kind of its owner and its name. */
type FileLink = 'tickets link' | 'calendar link' | 'svg link' | 'png link'

export interface Person extends Buyer {
  /** The Cookie header of a page session. */
  cookie: string
  orderId: number
  ticketCode: string
  /** To the files of that order, as long as they could still ask for them. */
  links: Record<FileLink, string>
}

export interface Cast extends AsyncDisposable {
  app: TestApp
  dataDir: string
  people: Record<Exclude<Role, 'nobody'>, Person>
  /** Whose things are somebody else's: an organizer who also bought. */
  other: Person
  /** Somebody who has a password. */
  known: Account
  /** A thing of that owner, as addresses and bodies name it. What callers may use up is new. */
  thingOf: (thing: Thing, owner: Person) => Promise<string>
  /** A name for such a thing that nobody has. */
  missing: (thing: Thing) => string
  openSession: (userId: number, kind: SessionKind) => Promise<string>
  /** The token of a link that `known` was sent. */
  linkToken: (kind: UserTokenKind) => Promise<string>
}

/** Ids begin here, so that one is as long as another and found in a page. */
const FIRST_ID = 700_000_000
const FAR_ID = '999999999'
/** The version, expiry and signature of a link that nobody made. */
const NO_LINK = `1.1/9999999999/${'A'.repeat(43)}`

let links = 0

export async function startCast(): Promise<Cast> {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-cast-'))
  const database = await databaseWithLongIds()
  // GitHub is asked nothing before somebody comes back from it.
  const app = await startApp({
    dataDir,
    databaseUrl: database.url,
    env: { GITHUB_CLIENT_ID: 'the-shop', GITHUB_CLIENT_SECRET: 'a secret of the cast' },
  })
  const { eventId } = await createSale(app.db, { capacity: 100 })

  const openSession = async (userId: number, kind: SessionKind) =>
    (await app.db.transaction(async (tx) => await startSession(tx, userId, kind))).token

  const person = async (userType: 'guest' | 'organizer' | 'admin'): Promise<Person> => {
    const [buyer] = await createBuyers(app.db, dataDir, 1, userType)
    assert.ok(buyer, 'a buyer was made')
    const answer = await post(
      app,
      '/api/v1/orders',
      { event_id: eventId, quantity: 1 },
      { authorization: `Bearer ${buyer.token}` },
    )
    assert.equal(answer.status, 201, answer.body)
    const order = answer.json<{ order_id: number; tickets: [{ ticket_code: string }] }>()
    return {
      ...buyer,
      cookie: `session=${await openSession(buyer.id, 'page')}`,
      orderId: order.order_id,
      ticketCode: order.tickets[0].ticket_code,
      links: await linksOf(app, order.order_id, buyer.token),
    }
  }

  const people = {
    guest: await person('guest'),
    organizer: await person('organizer'),
    admin: await person('admin'),
    suspended: await person('organizer'),
  }
  const other = await person('organizer')
  const known = await signUp(app)
  const { suspended, admin } = people
  const answer = await patch(
    app,
    `/api/v1/admin/users/${suspended.id}`,
    { suspended: true },
    admin.token,
  )
  assert.equal(answer.status, 200, answer.body)

  const eventOf = async (owner: Person, thing: 'event' | 'draft' | 'sale') => {
    const sale = await createSale(app.db, {
      capacity: 10,
      ...(thing === 'sale' ? {} : { onSaleAt: `now() + interval '1 day'` }),
    })
    await app.db.query('update events set created_by = $2, status = $3 where id = $1', [
      sale.eventId,
      owner.id,
      thing === 'draft' ? 'draft' : 'published',
    ])
    return String(sale.eventId)
  }

  return {
    app,
    dataDir,
    people,
    other,
    known,
    openSession,
    linkToken: async (kind) => {
      const asked = { kind, userId: known.id, request: `of the cast ${(links += 1)}` }
      return await app.db.transaction(async (tx) => await makeUserToken(tx, randomBytes(32), asked))
    },
    async thingOf(thing, owner) {
      switch (thing) {
        case 'event':
        case 'draft':
        case 'sale':
          return await eventOf(owner, thing)
        case 'order':
          return String(owner.orderId)
        case 'ticket':
          return owner.ticketCode
        case 'user':
          return String(owner.id)
        case 'identity':
          return await newIdentity(app, owner.id)
        case 'session':
          return await newSession(app, owner.id)
        case 'deadLetter':
          return await newDeadLetter(app)
        case 'failed refund':
          return await newFailedRefund(app, owner.orderId)
        case 'mail':
          return await someMail(app)
        case 'asset':
          return stylesheet.path.replace('/assets/', '')
        case 'drawn order':
          await waitForFile(app, `/api/v1/orders/${owner.orderId}/tickets.pdf`, owner.token)
          return String(owner.orderId)
        case 'tickets link':
        case 'calendar link':
        case 'svg link':
        case 'png link':
          await waitForFile(app, owner.links[thing])
          return owner.links[thing].split('/').slice(3, -1).join('/')
      }
    },
    missing: (thing) => {
      if (thing === 'asset') return 'nothing.css'
      if (thing === 'session') return '00000000-0000-4000-8000-000000000000'
      if (thing === 'tickets link' || thing === 'calendar link') return `${FAR_ID}/${NO_LINK}`
      if (thing === 'svg link' || thing === 'png link') return `${other.ticketCode}/${NO_LINK}`
      return thing === 'ticket' ? `${other.ticketCode.slice(0, -4)}0000` : FAR_ID
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function databaseWithLongIds(): Promise<TestDatabase> {
  const database = await createDatabase()
  await using db = new Database({
    connection: database.connection,
    name: 'cast',
    connectionsMax: 1,
  })
  await db.query(
    `select setval(format('%I.%I', schemaname, sequencename)::regclass, $1) from pg_sequences`,
    [FIRST_ID],
  )
  return database
}

/** The id of an account elsewhere that opens somebody's here. */
async function newIdentity(app: TestApp, userId: number): Promise<string> {
  const [row] = await app.db.query<{ id: number }>(
    `insert into identities (user_id, issuer, subject)
       values ($1, 'https://login.example', gen_random_uuid()) returning id`,
    [userId],
  )
  return String(row?.id)
}

/** A session of the pages, which takes no access token with it when it ends. */
async function newSession(app: TestApp, userId: number): Promise<string> {
  await app.db.transaction(async (tx) => await startSession(tx, userId, 'page'))
  const [session] = await app.db.query<{ family: string }>(
    'select family from sessions where user_id = $1 order by id desc limit 1',
    [userId],
  )
  return session?.family ?? ''
}

/** The id of a job that was given up. */
async function newDeadLetter(app: TestApp): Promise<string> {
  const [job] = await app.db.query<{ id: number }>(
    `insert into jobs (consumer, effect, tries, last_error)
       values ('of no version', '{"id": "order 1", "data": {}}', $1, 'refused') returning id`,
    [TRIES_MAX],
  )
  return String(job?.id)
}

/** Turned down by the bank. */
async function newFailedRefund(app: TestApp, orderId: number): Promise<string> {
  const [refund] = await app.db.query<{ id: number }>(
    `insert into refunds (order_id, event_id, amount, currency, reason, status, finished_at)
       select id, event_id, 1, 'EUR', 'requested', 'failed', now() from orders where id = $1
       returning id`,
    [orderId],
  )
  return String(refund?.id)
}

async function linksOf(
  app: TestApp,
  orderId: number,
  token: string,
): Promise<Record<FileLink, string>> {
  const answer = await get(app, `/api/v1/orders/${orderId}`, token)
  const { links, tickets } = answer.json<{
    links: { tickets_pdf: string; calendar: string }
    tickets: [{ links: { qr_svg: string; qr_png: string } }]
  }>()
  return {
    'tickets link': links.tickets_pdf,
    'calendar link': links.calendar,
    'svg link': tickets[0].links.qr_svg,
    'png link': tickets[0].links.qr_png,
  }
}

/** The id of a mail; buyers get one a moment after they bought. */
async function someMail(app: TestApp): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const [mail] = await app.db.query<{ id: number }>('select id from mails order by id limit 1')
    if (mail !== undefined) return String(mail.id)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('no mail was written in ten seconds')
}
