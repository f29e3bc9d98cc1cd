/** Writes docs/diagrams/order-states.md from the table of states. */
import { writeFileSync } from 'node:fs'
import { tsImport } from 'tsx/esm/api'

const { drawOrderStates } = await tsImport(
  '../test/support/order-state-diagram.ts',
  import.meta.url,
)

writeFileSync(new URL('../docs/diagrams/order-states.md', import.meta.url), drawOrderStates())
