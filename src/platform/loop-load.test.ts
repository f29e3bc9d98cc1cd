import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { watchLoopLoad } from './loop-load.ts'

const LOOK_MS = 150

test('a thread that waits has time to spare, and one that works has none', async () => {
  const load = watchLoopLoad()
  await sleep(LOOK_MS)
  const atRest = load()
  spin(LOOK_MS)
  // The time is counted once the loop comes round.
  await sleep(0)
  const atWork = load()
  assert.ok(atRest < 0.5, `${atRest} at rest`)
  assert.ok(atWork > 0.7, `${atWork} at work`)
})

function spin(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
