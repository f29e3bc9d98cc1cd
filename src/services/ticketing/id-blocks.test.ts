import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdBlocks } from './id-blocks.ts'

const SIZE = 10

/** Counts in steps of a block, as the sequences do. */
function createSequence() {
  let number = 1 - SIZE
  const sequence = {
    asked: 0,
    fails: false,
    fetch: async (atLeast: number) => {
      sequence.asked += 1
      await Promise.resolve()
      if (sequence.fails) throw new Error('away')
      const blocks = Math.max(1, Math.ceil(atLeast / SIZE))
      return Array.from({ length: blocks }, () => ({ first: (number += SIZE), size: SIZE }))
    },
  }
  return sequence
}

test('every id is given once, in order, however many are taken at a time', async () => {
  const ids = new IdBlocks(createSequence().fetch)
  const taken: number[] = []
  for (const count of [0, 1, 9, 3, 25, 0, 40]) taken.push(...(await ids.take(count)))
  assert.deepEqual(
    taken,
    Array.from({ length: 78 }, (_, n) => n + 1),
  )
})

test('takes at the same time share nothing', async () => {
  const ids = new IdBlocks(createSequence().fetch)
  const taken = (await Promise.all([7, 30, 1, 12, 5].map(async (n) => await ids.take(n)))).flat()
  assert.equal(new Set(taken).size, 55)
})

test('a database that was away is asked again', async () => {
  const sequence = createSequence()
  const ids = new IdBlocks(sequence.fetch)
  sequence.fails = true
  await assert.rejects(async () => await ids.take(1), /away/)
  sequence.fails = false
  assert.deepEqual(await ids.take(2), [1, 2])
})

test('the next block is fetched before this one is used up', async () => {
  const sequence = createSequence()
  const ids = new IdBlocks(sequence.fetch)
  await ids.take(6)
  await Promise.resolve()
  assert.equal(sequence.asked, 2)
})
