/** A process that stands still must not hold up what others sell. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { createDatabase } from '../support/database.ts'
import { startShopProcess } from '../support/process.ts'
import { type Answer, buy, createBuyers, createSale } from '../support/sale.ts'

/** Far more than it takes. */
const WAIT_MS = 45_000

test('a process frozen while it holds an event lets go of it, and does nothing half when it thaws', async () => {
  await using database = await createDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-freeze-'))
  const connection = { connectionString: database.url }
  await using db = new Database({ connection, name: 'test', connectionsMax: 4 })
  const [organizer] = await createBuyers(db, dataDir, 1, 'organizer')
  const [buyer] = await createBuyers(db, dataDir, 1)
  assert.ok(organizer && buyer, 'people')
  const { eventId } = await createSale(db, { capacity: 10, price: 0 })
  await db.query('update events set created_by = $1 where id = $2', [organizer.id, eventId])
  const env = { DATABASE_URL: database.url, DATA_DIR: dataDir }
  await using frozen = await startShopProcess(env)
  await using other = await startShopProcess(env)

  // We have the event's row, the change waits for it, and gets it while its process stands still.
  let change: Promise<Response> | undefined
  await db.transaction(async (tx) => {
    await tx.query('select 1 from event_inventory where event_id = $1 for update', [eventId])
    change = fetch(`${frozen.url}/api/v1/events/${eventId}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${organizer.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ description: 'Changed.' }),
    })
    await until(async () => (await sessions(db, `wait_event_type = 'Lock'`)) > 0)
    process.kill(frozen.pid, 'SIGSTOP')
  })
  try {
    await until(async () => (await sessions(db, `state = 'idle in transaction'`)) > 0)
    let answer: Answer | undefined
    await until(async () => {
      answer = await buy(other.url, buyer, { event_id: eventId, quantity: 1 }, 'while-frozen')
      return answer.status === 201
    })
    assert.equal(answer?.status, 201, answer?.body)
  } finally {
    process.kill(frozen.pid, 'SIGCONT')
  }
  assert.equal((await change)?.status, 503)
  const [event] = await db.query<{ description: string; entries: number }>(
    `select description, (select count(*)::int from audit_log where subject_id = e.id) as entries
       from events e where id = $1`,
    [eventId],
  )
  assert.deepEqual(event, { description: '', entries: 0 })
  assert.equal((await buy(frozen.url, buyer, { event_id: eventId, quantity: 1 })).status, 201)
  await rm(dataDir, { recursive: true, force: true })
})

/** How many sessions of the shops are in such a state. */
async function sessions(db: Database, condition: string): Promise<number> {
  const rows = await db.query(
    `select 1 from pg_stat_activity
      where datname = current_database() and application_name = 'box-office main' and ${condition}`,
  )
  return rows.length
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MS
  while (performance.now() < deadline) {
    if (await condition()) return
    await sleep(50)
  }
  assert.fail('it never came to that')
}
