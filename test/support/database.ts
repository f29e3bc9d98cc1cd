/** A migrated database for a test in a few milliseconds, dropped after it unless it failed. */
import { after, afterEach } from 'node:test'
import type pg from 'pg'
import { type DatabaseClone, type DatabaseOptions, cloneDatabase } from './clone-database.ts'

export interface TestDatabase extends AsyncDisposable {
  connection: pg.ClientConfig
  /** The same for `DATABASE_URL`. */
  url: string
  name: string
}

/** `await using database = await createDatabase()` */
export async function createDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const clone = await cloneDatabase(options)
  const failuresBefore = failures
  return {
    connection: clone.connection,
    url: clone.url,
    name: clone.name,
    async [Symbol.asyncDispose]() {
      disposed.push({ clone, failuresBefore })
      if (isOver) await dropDisposed()
    },
  }
}

// Whether a test failed is known only after it has disposed of its databases, so they are dropped
// here. A failed subtest fails the tests around it, but after their own hooks, hence the count.
const disposed: { clone: DatabaseClone; failuresBefore: number }[] = []
let failures = 0
let isOver = false

afterEach(async (context) => {
  if ('passed' in context && !context.passed) failures += 1
  await dropDisposed()
})
after(async () => {
  isOver = true
  await dropDisposed()
})

async function dropDisposed(): Promise<void> {
  for (const { clone, failuresBefore } of disposed.splice(0)) {
    if (failures === failuresBefore) {
      await clone.drop()
    } else {
      await clone.keep()
      console.log(`Kept the database ${clone.name}: ${clone.url}`)
    }
  }
}
