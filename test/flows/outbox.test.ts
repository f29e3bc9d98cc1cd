/** Messages: written with their cause, done once, tried again, given up in the end. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { pino } from 'pino'
import { type Consumer, consumer } from '../../src/platform/outbox/consumer.ts'
import { TRIES_MAX, retryPauseSeconds, startJobRunners } from '../../src/platform/outbox/jobs.ts'
import { publish } from '../../src/platform/outbox/publish.ts'
import { startRelay } from '../../src/platform/outbox/relay.ts'
import { Database, type Transaction } from '../../src/platform/postgres.ts'
import { createDatabase } from '../support/database.ts'

const logger = pino({ level: 'silent' })

async function openDatabase() {
  const database = await createDatabase()
  const db = new Database({ connection: database.connection, name: 'test', connectionsMax: 8 })
  await db.query('create table effects (id text, at timestamptz default clock_timestamp())')
  return {
    db,
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

type Handle = (data: { id: number }, tx: Transaction) => Promise<void>

/** One effect for each order of a message; `handle` says how it goes. */
const recorder = (handle: Handle): Consumer =>
  consumer({
    topic: 'orders.placed',
    name: 'recorder',
    effects: (message) => message.order_ids.map((id) => ({ id: String(id), data: { id } })),
    handle,
  })

const record: Handle = async ({ id }, tx) => {
  await tx.query('insert into effects (id) values ($1)', [String(id)])
}

/** As many relays and runners as processes would have. */
function startProcesses(db: Database, count: number, consumers: Consumer[]): AsyncDisposable {
  const parts = Array.from({ length: count }, () => {
    const runners = startJobRunners({ db, consumers, logger, isBusy: () => false })
    return [startRelay({ db, consumers, logger, onJobs: runners.wake }), runners]
  }).flat()
  return {
    async [Symbol.asyncDispose]() {
      for (const part of parts) await part[Symbol.asyncDispose]()
    },
  }
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return
    await sleep(20)
  }
  assert.fail(`never: ${what}`)
}

const count = async (db: Database, table: string): Promise<number> =>
  (await db.query<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n ?? -1

/** Messages and jobs in one snapshot: asked one after the other, a message that becomes jobs in between is missed. */
async function leftToDo(db: Database): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    'select (select count(*) from outbox) + (select count(*) from jobs) as n',
  )
  return row?.n ?? -1
}

test('every effect happens once, however many processes there are', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  const orders = 400
  for (let first = 1; first <= orders; first += 20) {
    const order_ids = Array.from({ length: 20 }, (_, n) => first + n)
    await db.transaction(async (tx) => {
      await publish(tx, 'orders.placed', { event_id: 1, order_ids })
    })
  }
  await using _processes = startProcesses(db, 3, [recorder(record)])
  await until('all done', async () => (await leftToDo(db)) === 0)
  const [row] = await db.query<{ n: number; ids: number }>(
    'select count(*) as n, count(distinct id) as ids from effects',
  )
  assert.deepEqual(row, { n: orders, ids: orders })
})

test('a message whose cause is rolled back was never sent', async () => {
  await using opened = await openDatabase()
  await assert.rejects(
    opened.db.transaction(async (tx) => {
      await publish(tx, 'event.created', { event_id: 1 })
      throw new Error('no')
    }),
    /no/,
  )
  assert.equal(await count(opened.db, 'outbox'), 0)
})

test('what fails leaves nothing behind, is tried again, and is given up after the last try', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  let tried = 0
  const poison: Handle = async (data, tx) => {
    await record(data, tx)
    if (data.id !== 13) return
    tried += 1
    throw new Error('poison')
  }
  await db.transaction(async (tx) => {
    await publish(tx, 'orders.placed', { event_id: 1, order_ids: [12, 13, 14] })
  })
  await using _processes = startProcesses(db, 1, [recorder(poison)])
  await until('the neighbours are done', async () => (await count(db, 'effects')) === 2)
  await until('it was tried for the last time', async () => {
    // The pauses between tries grow to many seconds; nobody has to wait for them here.
    await db.query('update jobs set run_at = now() where last_error is not null and tries < $1', [
      TRIES_MAX,
    ])
    return tried === TRIES_MAX
  })
  await sleep(200)
  assert.equal(tried, TRIES_MAX)
  const [letter] = await db.query<{ tries: number; last_error: string }>(
    'select tries, last_error from jobs',
  )
  assert.deepEqual(letter, { tries: TRIES_MAX, last_error: 'poison' })
  assert.equal(await count(db, 'effects'), 2)
})

test('a mail that its server turns away is tried for hours, and then no longer', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  const turnedAway = consumer({
    topic: 'orders.placed',
    name: 'turned-away',
    lane: 'mail',
    effects: () => [{ id: '1', data: { id: 1 } }],
    handle: async () => await Promise.reject(new Error('try later')),
  })
  await db.transaction(async (tx) => {
    await publish(tx, 'orders.placed', { event_id: 1, order_ids: [1] })
  })
  await using _processes = startProcesses(db, 1, [turnedAway])
  const letter = async () => {
    const [row] = await db.query<{ tries: number; later: number }>(
      `select tries, extract(epoch from run_at - now())::float8 as later
         from jobs where last_error is not null`,
    )
    return row
  }
  const pauses: number[] = []
  for (let tries = 1; tries < TRIES_MAX; tries += 1) {
    await until(`try ${tries}`, async () => (await letter())?.tries === tries)
    pauses.push((await letter())?.later ?? 0)
    await db.query('update jobs set run_at = now(), last_error = null')
  }
  await until('given up', async () => ((await letter())?.later ?? 1) <= 0)
  const [hours = 0, minutes = 0] = pauses.reverse()
  assert.ok(hours > 3_600, `the last pause is ${hours} seconds`)
  assert.ok(minutes > 300, `the one before is ${minutes} seconds`)
})

for (const [lane, pauses] of [
  [undefined, [2, 4, 8, 16]],
  ['mail', [5, 30, 600, 7_200]],
] as const) {
  test(`a job of ${lane ?? 'any other lane'} waits longer after every try`, () => {
    for (const [n, pause] of pauses.entries()) {
      const drawn = [0, 0.5, 1].map((chance) => retryPauseSeconds(lane, n + 1, () => chance))
      const jitter = lane === undefined ? 0 : pause / 4
      assert.deepEqual(drawn, [pause - jitter, pause, pause + jitter])
    }
    assert.equal(pauses.length, TRIES_MAX - 1)
  })
}

test('the job of a process that died is done when its lease ends', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  await db.query(
    `insert into jobs (consumer, effect, tries, run_at)
       values ('recorder', '{"id": "1", "data": {"id": 1}}', 1, now() + interval '300 milliseconds')`,
  )
  await using _processes = startProcesses(db, 1, [recorder(record)])
  assert.equal(await count(db, 'effects'), 0)
  await until('it is done', async () => (await count(db, 'effects')) === 1)
  assert.equal(await count(db, 'jobs'), 0)
})

test('a message that is none becomes a dead letter and holds up nobody', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  await db.query(`insert into outbox (topic, payload) values ('orders.placed', '{"version": 99}')`)
  await db.transaction(async (tx) => {
    await publish(tx, 'orders.placed', { event_id: 1, order_ids: [1] })
  })
  await using _processes = startProcesses(db, 1, [recorder(record)])
  await until('the next one is done', async () => (await count(db, 'effects')) === 1)
  assert.equal(await count(db, 'outbox'), 0)
  const [letter, ...more] = await db.query<{ tries: number; effect: { id: string; data: object } }>(
    'select tries, effect from jobs',
  )
  assert.equal(letter?.tries, TRIES_MAX)
  assert.deepEqual(letter.effect.data, { version: 99 })
  assert.match(letter.effect.id, /^message \d+$/)
  assert.equal(more.length, 0)
})

test('what waits behind a job that never ends is done by another runner, untried', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  let begun: number[] = []
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const stuck: Handle = async (data, tx) => {
    begun = [...begun, data.id]
    if (data.id === 1) await ended
    else await record(data, tx)
  }
  // Claimed in one go, because they are there before anybody looks.
  await db.query(
    `insert into jobs (consumer, effect, created_at)
       select 'recorder', jsonb_build_object('id', n::text, 'data', jsonb_build_object('id', n)), now()
         from generate_series(1, 8) n`,
  )
  const processes = startProcesses(db, 1, [recorder(stuck)])
  await until('the others are done', async () => (await count(db, 'effects')) === 7)
  const [left] = await db.query<{ tries: number; leased: boolean }>(
    `select tries, run_at > now() + interval '10 seconds' as leased from jobs`,
  )
  assert.deepEqual(left, { tries: 1, leased: true })
  assert.equal(begun.filter((id) => id === 1).length, 1)
  assert.equal(new Set(begun).size, begun.length)
  end()
  await processes[Symbol.asyncDispose]()
  assert.equal(await count(db, 'jobs'), 0)
})

test('what nobody gets round to doing holds up no other message, and is done in the end', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  const [orders, batches] = [60, 50]
  // A sale, and behind it somebody who has just signed up.
  for (let batch = 0; batch < batches; batch += 1) {
    const order_ids = Array.from({ length: orders }, (_, n) => batch * orders + n + 1)
    await db.transaction(async (tx) => {
      await publish(tx, 'orders.placed', { event_id: 1, order_ids })
    })
  }
  await db.transaction(async (tx) => {
    await publish(tx, 'event.created', { event_id: 1 })
  })
  let open: () => void = () => undefined
  const opens = new Promise<void>((resolve) => {
    open = resolve
  })
  const slow: Handle = async (data, tx) => {
    await opens
    await record(data, tx)
  }
  const quick = consumer({
    topic: 'event.created',
    name: 'quick',
    lane: 'mail',
    effects: () => [{ id: 'quick', data: { id: 0 } }],
    handle: record,
  })
  await using _processes = startProcesses(db, 1, [recorder(slow), quick])
  await until('the other message is done', async () => (await count(db, 'effects')) === 1)
  await sleep(500)
  const messages = await count(db, 'outbox')
  // Those that runners have claimed are not due, so a second thousand may follow the first.
  const most = 2 * Math.ceil(1_000 / orders)
  assert.ok(messages >= batches - most, `${batches - messages} messages became jobs`)
  open()
  await until('all is done', async () => (await count(db, 'effects')) === orders * batches + 1)
  assert.equal(await leftToDo(db), 0)
})

test('one effect is enough for all messages of a round where its consumer says so', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  for (let n = 1; n <= 30; n += 1) {
    await db.transaction(async (tx) => {
      await publish(tx, 'orders.placed', { event_id: 1, order_ids: [n] })
    })
  }
  const once = { ...recorder(record), name: 'once', isOnceForAll: true } as const
  await using _processes = startProcesses(db, 1, [recorder(record), once])
  await until('all done', async () => (await leftToDo(db)) === 0)
  assert.equal(await count(db, 'effects'), 30 + 1)
})

test('a message of a newer version stays for a process of that version, and holds up nobody', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  // More than one round takes, in front of all others.
  await db.query(
    `insert into outbox (topic, payload) select 'of.the_next_version', '{}' from generate_series(1, 60)`,
  )
  await db.transaction(async (tx) => {
    await publish(tx, 'event.created', { event_id: 1 })
    await publish(tx, 'orders.placed', { event_id: 1, order_ids: [1] })
  })
  await using _processes = startProcesses(db, 1, [recorder(record)])
  await until('what is known is done', async () => (await count(db, 'effects')) === 1)
  // Of this version, though nobody does anything about it.
  await until('nothing else is left', async () => (await count(db, 'outbox')) === 60)
  assert.equal(await count(db, 'jobs'), 0)
})

test('mails in any number hold up nothing else', async () => {
  await using opened = await openDatabase()
  const { db } = opened
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const mail = consumer({
    topic: 'orders.placed',
    name: 'mail',
    lane: 'mail',
    effects: (message) => message.order_ids.map((id) => ({ id: String(id), data: { id } })),
    handle: async () => {
      await ended
    },
  })
  const invalidation = consumer({
    topic: 'event.changed',
    name: 'invalidation',
    effects: (message) => [{ id: 'x', data: { id: message.event_id } }],
    handle: record,
  })
  const mails = 200
  await db.query(
    `insert into jobs (consumer, effect)
       select 'mail', jsonb_build_object('id', n::text, 'data', jsonb_build_object('id', n))
         from generate_series(1, $1::integer) n`,
    [mails],
  )
  const processes = startProcesses(db, 1, [mail, invalidation])
  await until('mails are at the mail server', async () => {
    const begun = await db.query('select 1 from jobs where tries > 0')
    return begun.length > 0
  })
  await db.transaction(async (tx) => {
    await publish(tx, 'event.changed', { event_id: 1 })
  })
  await until('the other is done', async () => (await count(db, 'effects')) === 1)
  assert.equal(await count(db, 'jobs'), mails)
  end()
  await processes[Symbol.asyncDispose]()
})
