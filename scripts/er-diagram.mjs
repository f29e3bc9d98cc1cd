/** Writes docs/diagrams/er.md from a freshly migrated database. */
import { writeFileSync } from 'node:fs'
import { tsImport } from 'tsx/esm/api'

const { cloneDatabase } = await tsImport('../test/support/clone-database.ts', import.meta.url)
const { drawSchema } = await tsImport('../test/support/er-diagram.ts', import.meta.url)

const database = await cloneDatabase({})
writeFileSync(
  new URL('../docs/diagrams/er.md', import.meta.url),
  await drawSchema(database.connection),
)
await database.drop()
