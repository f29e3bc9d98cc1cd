/** SIGTERM in the middle of a sale: what was taken is finished, and the database stops cleanly. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { embeddedConnection } from '../support/embedded.ts'
import { startShopProcess } from '../support/process.ts'
import { type Answer, buy, createBuyers, createSale, readBooks } from '../support/sale.ts'

const CLIENTS = 30

test('a stop answers what is running, loses nothing and leaves a clean database', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-stop-'))
  const shop = await startShopProcess({ DATA_DIR: dataDir })
  const connect = () =>
    new Database({ connection: embeddedConnection(dataDir), name: 'test', connectionsMax: 2 })
  let db = connect()
  const { eventId } = await createSale(db, { capacity: 100_000, maxPerUser: 100 })
  const buyers = await createBuyers(db, dataDir, CLIENTS)
  await db[Symbol.asyncDispose]()

  const answers: Answer[] = []
  const clients = buyers.map(async (buyer) => {
    for (;;) {
      const answer = await buy(shop.url, buyer, { event_id: eventId, quantity: 1 }).catch(
        () => undefined,
      )
      // Refused connections are how clients learn that it is gone.
      if (answer === undefined || answer.code === 'limit_exceeded') return
      answers.push(answer)
    }
  })
  await sleep(400)
  await shop[Symbol.asyncDispose]()
  await Promise.all(clients)
  assert.match(shop.output(), /SIGTERM: finishing what is running\.[\s\S]*Stopped\./)

  const placed = answers.filter((answer) => answer.status === 201)
  assert.ok(placed.length > 0, 'nothing was sold before the stop')
  for (const answer of answers) {
    assert.ok(answer.status === 201 || answer.status === 503, `${answer.status}: ${answer.body}`)
  }

  const again = await startShopProcess({ DATA_DIR: dataDir })
  const log = await readFile(join(dataDir, 'postgres.log'), 'utf8')
  assert.doesNotMatch(log, /not properly shut down|interrupted/)
  db = connect()
  const books = await readBooks(db, eventId)
  await db[Symbol.asyncDispose]()
  // Every confirmed order is there; one whose answer broke off with its connection may be too.
  assert.ok(books.orders >= placed.length && books.orders <= placed.length + CLIENTS, `${books.orders} orders, ${placed.length} confirmed`) // prettier-ignore
  assert.equal(books.tickets, books.sold)
  await again[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

test('in production load balancers hear of a stop while requests are still answered', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-notice-'))
  const { privateKey } = generateKeyPairSync('ed25519')
  const shop = await startShopProcess({
    DATA_DIR: dataDir,
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://tickets.example',
    RATE_LIMIT: '100000,100000',
    SMTP_URL: 'smtp://127.0.0.1:1',
    STRIPE_SECRET_KEY: 'sk_live_of_a_test',
    STRIPE_WEBHOOK_SECRET: 'whsec_of_a_test',
    STRIPE_API_URL: 'http://127.0.0.1:9',
    AUTH_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  })
  assert.equal((await fetch(`${shop.url}/readyz`)).status, 200)
  const stopped = shop[Symbol.asyncDispose]()
  let notice: Response | undefined
  for (let tries = 0; tries < 100 && notice?.status !== 503; tries += 1) {
    await sleep(10)
    notice = await fetch(`${shop.url}/readyz`)
  }
  assert.deepEqual([notice?.status, await notice?.json()], [503, { status: 'stopping' }])
  assert.equal((await fetch(`${shop.url}/api/v1/events`)).status, 200)
  await stopped
  assert.match(shop.output(), /Stopped\./)
  await rm(dataDir, { recursive: true, force: true })
})
