/** `npm run bench`: builds what is missing or out of date, then runs the benchmark. */
import { prepare } from './prepare.mjs'

try {
  await prepare()
} catch (error) {
  console.error(error.message)
  process.exit(2)
}

await import('../dist/bench/side-by-side/main.js')
