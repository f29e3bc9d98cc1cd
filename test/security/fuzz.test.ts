/**
 * Requests made at random from the API document, over real sockets: whatever is sent, there is one
 * answer, it is no fault of ours, and it is one that the document promises for this operation.
 * `FUZZ_RUNS=20000 npm test -- security/fuzz` looks further, `TEST_SEED` repeats a run.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { TRIES_MAX as JOB_TRIES_MAX } from '../../src/platform/outbox/jobs.ts'
import { makeUserToken } from '../../src/services/user/user-tokens.ts'
import type { UserTokenKind } from '../../src/services/user/user-tokens.sql.ts'
import { PASSWORD, signUp } from '../support/accounts.ts'
import { type ApiDocument, readApiDocument } from '../support/api-document.ts'
import { type TestApp, startApp } from '../support/app.ts'
import {
  type Caller,
  type FuzzRequest,
  bytesOf,
  fuzzed,
  wellFormed,
} from '../support/fuzz-requests.ts'
import type { Pool } from '../support/fuzz-values.ts'
import { testSeed } from '../support/random.ts'
import { RawClient } from '../support/raw-http.ts'
import { buy, createBuyers, createSale } from '../support/sale.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1_500)
const EVENTS = 30
/** A well-formed request may still be refused, so each operation has so many tries. */
const TRIES_MAX = 80
/** Beyond every id that a request makes up, so that no admin of ours suspends a caller of ours. */
const FIRST_CALLER_ID = 5_000_000

let app: TestApp
let dataDir: string
let client: RawClient
let document: ApiDocument
let pool: Pool
let tokens: Partial<Record<Caller, string>>
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'box-office-fuzz-'))
  app = await startApp({ dataDir })
  const url = await app.listen()
  client = new RawClient(Number(new URL(url).port))
  document = await readApiDocument(app)

  const accounts = [await signUp(app), await signUp(app), await signUp(app)]
  await app.db.query(`select setval('users_id_seq', $1)`, [FIRST_CALLER_ID])
  const [guest] = await createBuyers(app.db, dataDir, 1)
  const [organizer] = await createBuyers(app.db, dataDir, 1, 'organizer')
  const [admin] = await createBuyers(app.db, dataDir, 1, 'admin')
  assert.ok(guest && organizer && admin, 'there are callers')
  tokens = {
    guest: guest.token,
    organizer: organizer.token,
    admin: admin.token,
    nonsense: `${guest.token.slice(0, -4)}AAAA`,
  }
  await app.db.query(`select setval('users_id_seq', 1000)`)

  const sales = []
  for (let made = 0; made < EVENTS; made += 1)
    sales.push(await createSale(app.db, { capacity: 40 }))
  const eventIds = sales.map((sale) => sale.eventId)
  await app.db.query('update events set created_by = $1 where id <> $2', [
    organizer.id,
    eventIds[0],
  ])
  const orders = await Promise.all(
    eventIds.slice(0, 3).map(async (event_id) => await buy(url, guest, { event_id, quantity: 2 })),
  )
  const orderIds = orders.map((order) => order.orderId)
  // Of somebody who calls nothing: a new password would end the tokens of the callers.
  const reader = await signUp(app)
  const linkToken = async (kind: UserTokenKind, n: number) => {
    const asked = { kind, userId: reader.id, request: `of the fuzz ${n}` }
    return await app.db.transaction(async (tx) => await makeUserToken(tx, randomBytes(32), asked))
  }
  const deadLetters = await app.db.query<{ id: number }>(
    `insert into jobs (consumer, effect, tries)
       select 'of no version', '{"id": "x", "data": {}}', $1 from generate_series(1, 20) returning id`,
    [JOB_TRIES_MAX],
  )
  // As many as there are events, whose ids they share.
  await app.db.query(
    `insert into refunds (order_id, event_id, amount, currency, reason, status, finished_at)
       select id, event_id, 1, 'EUR', 'requested', 'failed', now() from orders, generate_series(1, $2)
        where id = $1`,
    [orderIds[0], EVENTS],
  )
  pool = {
    token: [await linkToken('password_reset', 1), await linkToken('email_verification', 2)],
    id: [
      ...eventIds,
      ...orderIds,
      ...deadLetters.map(({ id }) => id),
      ...accounts.map((account) => account.id),
    ],
    event_id: eventIds,
    ticket_type_id: sales.slice(0, 3).flatMap((sale) => sale.ticketTypeIds),
    code: orders.flatMap((order) => order.ticketCodes),
    name: ['Alice Buyer', 'Rock Night'],
    email: [
      ...accounts.map((account) => account.email),
      'new-1@shop.example',
      'new-2@shop.example',
    ],
    password: [PASSWORD],
    current_password: ['of somebody else'],
    refresh_token: accounts.map((account) => account.refreshToken),
    quantity: [1, 2],
    timezone: ['UTC', 'Europe/Berlin'],
    'if-match': ['*'],
  }
})
after(async () => {
  client[Symbol.dispose]()
  await app[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

/** Sends a request and holds the answer to the document. @returns Its status. */
async function check(request: FuzzRequest): Promise<number> {
  const bytes = bytesOf(request, tokens)
  const isHead = request.method === 'HEAD'
  try {
    const answer = await client.send(bytes, { isHead })
    const { status, headers, body } = answer
    if (status === 503) assert.ok(headers['retry-after'], '503 says when to try again')
    else assert.ok(status < 500, `${status} is a fault of ours: ${body}`)
    document.assertPromised(request.operation, answer, isHead)
    assert.ok(headers['x-request-id'], 'the answer has an X-Request-Id')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    return status
  } catch (error) {
    throw new Error(
      `${(error as Error).message}\nas ${request.caller}, sent:\n${JSON.stringify(bytes.toString('latin1').slice(0, 3_000))}`,
    )
  }
}

/** What is refused, however well-formed, to who has not the secret of the one who may. */
const WITHOUT_PROOF = new Map([
  // A signature of the provider over the very bytes.
  ['POST /api/v1/webhooks/payments', 400],
  // The id of a session: ending one would end the tokens of the callers.
  ['DELETE /api/v1/users/me/sessions/{id}', 400],
  // A picture.
  ['PUT /api/v1/events/{id}/picture', 422],
  // The password of the account.
  ['DELETE /api/v1/users/me', 422],
  // The same, guessed too often by now.
  ['POST /api/v1/users/me/email', 429],
])

test('every operation takes a well-formed request, and answers all of them as documented', async () => {
  assert.ok(document.operations.length > 20, 'document.operations.length > 20')
  for (const operation of document.operations) {
    const statuses = new Set<number>()
    for (const request of fc.sample(wellFormed(operation, pool), { numRuns: TRIES_MAX, seed: 1 })) {
      const status = await check(request)
      statuses.add(status)
      if (status < 300) break
    }
    const hint = `${operation.method} ${operation.path}: ${[...statuses].join(', ')}`
    const refusal = WITHOUT_PROOF.get(`${operation.method} ${operation.path}`)
    assert.ok(
      [...statuses].some((status) => (refusal === undefined ? status < 300 : status === refusal)),
      hint,
    )
  }
})

test('whatever is sent, there is one answer, documented, and no fault of ours', async () => {
  const requests = fc.oneof(...document.operations.map((operation) => fuzzed(operation, pool)))
  const seed = testSeed()
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      await check(request)
    }),
    { numRuns: RUNS, seed, reporter: report },
  )
})

/** The request is in the error already, to the byte; fast-check's own account of it is long. */
function report(details: fc.RunDetails<[FuzzRequest]>): void {
  if (!details.failed) return
  const { seed, numRuns, numShrinks, errorInstance } = details
  throw new Error(
    `after ${numRuns} requests (TEST_SEED=${seed} FUZZ_RUNS=${RUNS}, made smaller ${numShrinks} times): ${(errorInstance as Error | undefined)?.message ?? 'it was interrupted'}`,
  )
}
