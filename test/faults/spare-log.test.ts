/** Files of the log that a sale finds ready, so that no commit waits until one is made. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { openDatabase } from '../../src/open-database.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres/server.ts'
import { makeSpareLog } from '../../src/platform/embedded-postgres/spare-log.ts'
import { Resources } from '../../src/platform/resources.ts'

/** As `spare-log.ts` wants them. */
const FILES = 16

async function startServer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-spare-'))
  // Started by root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(dataDir, 0o711)
  const server: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  const said: string[] = []
  const { connection } = server
  return {
    said,
    makeSpare: (options: { freeBytesMin?: number; connection?: pg.ClientConfig } = {}) =>
      makeSpareLog({ connection, dataDir, log: (line) => said.push(line), ...options }),
    async query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
      const client = new pg.Client(connection)
      await client.connect()
      const { rows } = await client.query<Row>(text)
      await client.end()
      return rows
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const LOG_FILES = `select count(*)::integer as files from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'`
const FILL_A_FILE = `select pg_logical_emit_message(false, '', repeat('x', 16 * 1024 * 1024))`

test('what a sale writes goes to files that are there, and a second start makes none', async () => {
  await using server = await startServer()
  const filesNow = async () => (await server.query<{ files: number }>(LOG_FILES))[0]?.files ?? 0
  assert.equal(await filesNow(), 1, 'a new server has spare files: nothing is left to test')

  const { made } = server.makeSpare()
  assert.equal(await made, FILES)
  const before = await filesNow()
  for (let n = 0; n < FILES - 2; n += 1) await server.query(FILL_A_FILE)
  assert.equal(await filesNow(), before, 'a file had to be made')

  await server.query('checkpoint')
  assert.equal(await server.makeSpare().made, 0, 'those of before are used again')
  assert.deepEqual(server.said, [])
})

test('the database of a shop gets them at its start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-spare-'))
  await chmod(dataDir, 0o711)
  await using opening = new Resources()
  opening.defer(async () => {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })
  const logger = pino({ level: 'silent' })
  const connection = await openDatabase({ config: { databaseUrl: undefined, dataDir }, opening, logger }) // prettier-ignore
  const client = new pg.Client(connection)
  await client.connect()
  const filesNow = async () => (await client.query<{ files: number }>(LOG_FILES)).rows[0]?.files ?? 0 // prettier-ignore
  for (let tries = 0; tries < 200 && (await filesNow()) < FILES; tries += 1) await sleep(50)
  assert.ok((await filesNow()) >= FILES, 'nobody made them')
  await client.end()
})

test('a disk with little room is left alone', async () => {
  await using server = await startServer()
  assert.equal(await server.makeSpare({ freeBytesMin: Number.MAX_SAFE_INTEGER }).made, 0)
  assert.equal((await server.query<{ files: number }>(LOG_FILES))[0]?.files, 1)
})

test('it stops when the shop stops, and says when it does not work', async () => {
  await using server = await startServer()
  const stopped = server.makeSpare()
  await stopped[Symbol.asyncDispose]()
  assert.ok(((await stopped.made) ?? 0) < FILES, 'it went on to the end')
  assert.deepEqual(server.said, [])

  const { made } = server.makeSpare({ connection: { host: '/nowhere', port: 1 } })
  assert.equal(await made, undefined)
  assert.match(server.said.join(), /^spare files of the log could not be made: .*nowhere/)
})
