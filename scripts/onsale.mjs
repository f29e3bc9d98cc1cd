/** `npm run onsale`: builds what is missing or out of date, then runs the rehearsal of an on-sale. */
import { prepare } from './prepare.mjs'

try {
  await prepare()
} catch (error) {
  console.error(error.message)
  process.exit(2)
}

await import('../dist/bench/onsale/main.js')
