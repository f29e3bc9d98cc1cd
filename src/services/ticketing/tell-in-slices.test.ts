import assert from 'node:assert/strict'
import { setImmediate as immediate } from 'node:timers/promises'
import { test } from 'node:test'
import { tellInSlices } from './tell-in-slices.ts'

/** What is told of a batch, and what tells the rest of it. */
function telling(count: number) {
  const told: [number, number][] = []
  const tellRest = tellInSlices(count, (from, to) => told.push([from, to]))
  return { told, tellRest }
}

async function untilDone(told: [number, number][], count: number): Promise<void> {
  while (told.at(-1)?.[1] !== count) await immediate()
  // Nothing comes after the end.
  await immediate()
  await immediate()
}

for (const count of [0, 1, 8, 9, 100, 1_024]) {
  test(`each of ${count} is told once, in order`, async () => {
    const { told } = telling(count)
    assert.equal(told.length, 0, 'whoever asked goes on first')
    await untilDone(told, count)
    const places = told.flatMap(([from, to]) => Array.from({ length: to - from }, (_, n) => from + n)) // prettier-ignore
    assert.deepEqual(places, [...Array(count).keys()])
    assert.equal(told.length, Math.max(1, Math.min(8, Math.ceil(count / 8))))
    assert.equal(told.filter(([, to]) => to === count).length, 1)
  })
}

test('the rest is told at once when it is asked for, and only once', async () => {
  const { told, tellRest } = telling(100)
  await immediate()
  assert.deepEqual(told, [[0, 13]])
  tellRest()
  assert.deepEqual(told.at(-1), [13, 100])
  tellRest()
  await untilDone(told, 100)
  assert.equal(told.length, 2)
})
