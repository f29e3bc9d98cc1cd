/** Used by the test run when it runs a file on more than one server. */
import assert from 'node:assert/strict'
import pg from 'pg'
import { createDatabase } from './database.ts'

export async function assertServerVersion(major: number): Promise<void> {
  await using database = await createDatabase({ migrated: false })
  const client = new pg.Client(database.connection)
  await client.connect()
  try {
    const { rows } = await client.query<{ version: string }>(
      `select current_setting('server_version') as version`,
    )
    assert.equal(Number.parseInt(rows[0]?.version ?? '', 10), major)
  } finally {
    await client.end()
  }
}
