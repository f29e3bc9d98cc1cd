/**
 * CONFIRMED means on disk. A killed process does not lose what the operating system has in its
 * cache, so killing proves nothing about the disk: here the system calls are watched instead.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { embeddedConnection } from '../support/embedded.ts'
import { startShopProcess } from '../support/process.ts'
import { buy, createBuyers, createSale } from '../support/sale.ts'

const STRACE = '/usr/bin/strace'
const ORDERS = 5
const reason = existsSync(STRACE) ? false : 'strace is not installed (apt-get install strace)'
if (reason !== false && process.env['CI'] !== undefined) throw new Error(reason)

/** For each order: whether the log reached the disk between its request and its answer. */
async function watchOrders(options: { synchronousCommit: 'on' | 'off' }): Promise<boolean[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-strace-'))
  const verdicts = await watchOrdersIn(dataDir, options)
  // Once the server that writes there has ended.
  await rm(dataDir, { recursive: true, force: true })
  return verdicts
}

async function watchOrdersIn(
  dataDir: string,
  options: { synchronousCommit: 'on' | 'off' },
): Promise<boolean[]> {
  const env = { DATA_DIR: dataDir, ALLOW_UNSAFE_DURABILITY: 'tests-only' }
  {
    // The setting is the database's, so it holds for the connections of the next start.
    await using _first = await startShopProcess(env)
    await using db = connect(dataDir)
    await db.query(`alter database boxoffice set synchronous_commit = ${options.synchronousCommit}`)
  }
  await using shop = await startShopProcess(env)
  await using db = connect(dataDir)
  const { eventId } = await createSale(db, { capacity: 100, maxPerUser: 100 })
  const [buyer] = await createBuyers(db, dataDir, 1)
  assert.ok(buyer, 'buyer')
  const body = { event_id: eventId, quantity: 1 }
  // Connections are made and ids fetched before anybody watches.
  assert.equal((await buy(shop.url, buyer, body)).status, 201)
  await sleep(500)

  const backends = await db.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = 'box-office purchases'`,
  )
  assert.ok(backends.length > 0, 'backends.length > 0')
  const trace = join(dataDir, 'trace')
  const strace = spawn(
    STRACE,
    [
      ...['-f', '-o', trace, '-s', '16', '-e', 'trace=fdatasync,fsync,write,writev'],
      ...['-p', String(shop.pid), ...backends.flatMap(({ pid }) => ['-p', String(pid)])],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  await once(strace.stderr, 'data')
  await sleep(300)
  for (let n = 0; n < ORDERS; n += 1) {
    assert.equal((await buy(shop.url, buyer, body)).status, 201)
    await sleep(50)
  }
  const ended = once(strace, 'exit')
  strace.kill('SIGINT')
  await ended
  const lines = (await readFile(trace, 'utf8')).split('\n')
  return flushedBeforeAnswer(
    lines,
    backends.map(({ pid }) => pid),
  )
}

/** Reads the trace: an answer counts as flushed when a flush of a purchase came back before it. */
function flushedBeforeAnswer(lines: string[], backends: number[]): boolean[] {
  const verdicts: boolean[] = []
  let flushed = false
  for (const line of lines) {
    const pid = Number(/^\d+/.exec(line)?.[0])
    if (backends.includes(pid) && /f(data)?sync.*= 0$/.test(line)) flushed = true
    if (line.includes('HTTP/1.1 201') || /iov_base="HTTP\/1\.1 201/.test(line)) {
      verdicts.push(flushed)
      flushed = false
    }
  }
  return verdicts
}

const connect = (dataDir: string) =>
  new Database({ connection: embeddedConnection(dataDir), name: 'test', connectionsMax: 2 })

test('the log is on disk before CONFIRMED leaves', { skip: reason }, async () => {
  const verdicts = await watchOrders({ synchronousCommit: 'on' })
  assert.deepEqual(
    verdicts,
    Array.from({ length: ORDERS }, () => true),
  )
})

test(
  'control: without synchronous commit the watcher sees answers leave before the disk',
  { skip: reason },
  async () => {
    const verdicts = await watchOrders({ synchronousCommit: 'off' })
    assert.equal(verdicts.length, ORDERS)
    assert.ok(verdicts.includes(false), verdicts.join(' '))
  },
)

test('a database that may forget is refused, with every setting named', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-unsafe-'))
  {
    await using _first = await startShopProcess({ DATA_DIR: dataDir })
    await using db = connect(dataDir)
    await db.query('alter database boxoffice set synchronous_commit = off')
  }
  await assert.rejects(
    async () => await startShopProcess({ DATA_DIR: dataDir }),
    /synchronous_commit is off: an order could be confirmed/,
  )
  await rm(dataDir, { recursive: true, force: true })
})
