/** `npm run vitals`: builds what is missing or out of date, then looks at the pages as a cheap phone. */
import { prepare } from './prepare.mjs'

try {
  await prepare()
} catch (error) {
  console.error(error.message)
  process.exit(2)
}

await import('../dist/bench/vitals/main.js')
