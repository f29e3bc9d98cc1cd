import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Queryable } from '../../platform/postgres.ts'
import { IdBlocks } from './id-blocks.ts'

const SIZE = 10

/** Counts in steps of a block, as the sequences do. */
function sequence(): Queryable & { asked: number; fails: boolean } {
  let number = 1 - SIZE
  return {
    asked: 0,
    fails: false,
    async query<Row extends object>(_text: unknown, values?: readonly unknown[]): Promise<Row[]> {
      this.asked += 1
      await Promise.resolve()
      if (this.fails) throw new Error('away')
      const blocks = Math.max(1, Math.ceil((values?.[1] as number) / SIZE))
      return Array.from({ length: blocks }, () => ({ first: (number += SIZE), size: SIZE }) as Row)
    },
  }
}

test('every id is given once, in order, however many are taken at a time', async () => {
  const ids = new IdBlocks(sequence(), 'some_seq')
  const taken: number[] = []
  for (const count of [0, 1, 9, 3, 25, 0, 40]) taken.push(...(await ids.take(count)))
  assert.deepEqual(
    taken,
    Array.from({ length: 78 }, (_, n) => n + 1),
  )
})

test('takes at the same time share nothing', async () => {
  const ids = new IdBlocks(sequence(), 'some_seq')
  const taken = (await Promise.all([7, 30, 1, 12, 5].map(async (n) => await ids.take(n)))).flat()
  assert.equal(new Set(taken).size, 55)
})

test('a database that was away is asked again', async () => {
  const source = sequence()
  const ids = new IdBlocks(source, 'some_seq')
  source.fails = true
  await assert.rejects(async () => await ids.take(1), /away/)
  source.fails = false
  assert.deepEqual(await ids.take(2), [1, 2])
})

test('the next block is fetched before this one is used up', async () => {
  const source = sequence()
  const ids = new IdBlocks(source, 'some_seq')
  await ids.take(6)
  await Promise.resolve()
  assert.equal(source.asked, 2)
})
