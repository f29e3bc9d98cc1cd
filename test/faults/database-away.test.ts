/** PostgreSQL goes away, comes back, and loses answers: nothing half done, nothing made up. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, suite, test } from 'node:test'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/server.ts'
import { Database } from '../../src/platform/postgres.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { startFaultProxy, targetOf, urlThrough } from '../support/fault-proxy/proxy.ts'
import { serverUrl } from '../support/server-url.ts'
import { buy, createBuyers, createSale, readBooks } from '../support/sale.ts'

suite('with a database that can be taken away', () => {
  let dataDir: string
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'box-office-away-'))
  })
  after(async () => {
    await rm(dataDir, { recursive: true, force: true })
  })

  const startDatabase = async () => await startEmbeddedPostgres({ dataDir, log: () => undefined })
  const connect = (connection: object) =>
    new Database({ connection, name: 'test', connectionsMax: 2 })
  const appOn = async (databaseUrl: string): Promise<TestApp> =>
    await startApp({ databaseUrl, dataDir })

  test('while it is away purchases are 503 with Retry-After; when it is back they go on', async () => {
    let server = await startDatabase()
    try {
      await using app = await appOn(serverUrl(server.connection))
      const url = await app.listen()
      const { eventId } = await createSale(app.db, { capacity: 50 })
      const [buyer] = await createBuyers(app.db, dataDir, 1)
      assert.ok(buyer, 'buyer')
      const body = { event_id: eventId, quantity: 1 }
      assert.equal((await buy(url, buyer, body)).status, 201)

      await server[Symbol.asyncDispose]()
      const refused = await buy(url, buyer, body, 'while-away')
      assert.equal(refused.status, 503)
      assert.equal(refused.code, 'unavailable')
      assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/)
      assert.equal((await fetch(`${url}/readyz`)).status, 503)
      assert.equal((await fetch(`${url}/livez`)).status, 200)
      assert.equal((await fetch(`${url}/metrics`)).status, 200)

      server = await startDatabase()
      let again = await buy(url, buyer, body, 'while-away')
      for (let tries = 0; tries < 50 && again.status === 503; tries += 1) {
        await sleep(100)
        again = await buy(url, buyer, body, 'while-away')
      }
      assert.equal(again.status, 201)
      assert.equal((await fetch(`${url}/readyz`)).status, 200)
      assert.equal((await readBooks(app.db, eventId)).orders, 2)
    } finally {
      await server[Symbol.asyncDispose]()
    }
  })

  test('a lost answer is found out: the buyer hears of the order that was placed, once', async () => {
    await using server = await startDatabase()
    await using proxy = await startFaultProxy({
      target: targetOf(server.connection),
      protocol: 'postgres',
    })
    await using app = await appOn(urlThrough(proxy, server.connection))
    await using direct = connect(server.connection)
    const url = await app.listen()
    const { eventId } = await createSale(direct, { capacity: 50 })
    const buyers = await createBuyers(direct, dataDir, 6)
    const body = { event_id: eventId, quantity: 2 }
    // Connections and ids are there already.
    assert.equal((await buy(url, buyers[0] as never, body)).status, 201)

    proxy.lose({ what: 'reply', of: /place_orders/ })
    const answered = await buy(url, buyers[1] as never, body)
    assert.equal(proxy.landed(), 1)
    assert.equal(answered.status, 201)
    const [order] = await direct.query<{ id: number; codes: string[] }>(
      `select o.id, array_agg(t.ticket_code::text order by t.id) as codes
         from orders o join tickets t on t.order_id = o.id where o.user_id = $1 group by o.id`,
      [buyers[1]?.id],
    )
    assert.deepEqual([order?.id, order?.codes], [answered.orderId, answered.ticketCodes])

    proxy.lose({ what: 'call', of: /place_orders/ })
    const resent = await buy(url, buyers[2] as never, body)
    assert.equal(proxy.landed(), 2)
    assert.equal(resent.status, 201)

    // A batch with a refusal in it: the placed one is found, the refused one is decided again.
    proxy.lose({ what: 'reply', of: /place_orders/ })
    const [placed, refused] = await Promise.all([
      buy(url, buyers[3] as never, body),
      buy(url, buyers[4] as never, { event_id: eventId, quantity: 60 }),
    ])
    assert.equal(placed.status, 201)
    assert.equal(refused.status, 409)
    assert.equal(proxy.landed(), 3)
    const books = await readBooks(direct, eventId)
    assert.deepEqual([books.orders, books.sold, books.tickets], [4, 8, 8])
  })
})
