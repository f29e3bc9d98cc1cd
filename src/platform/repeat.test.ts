import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repeat } from './repeat.ts'

/** A loop whose runs the test ends one by one. */
function controlled(everyMs: number) {
  const errors: unknown[] = []
  const begun: (() => void)[] = []
  const waiters: (() => void)[] = []
  const loop = repeat({
    everyMs,
    work: async () => {
      await new Promise<void>((resolve) => {
        begun.push(resolve)
        waiters.shift()?.()
      })
      if (begun.length === 1) throw new Error('the first run fails')
    },
    onError: (error) => errors.push(error),
  })
  const nextRun = async () => await new Promise<void>((resolve) => waiters.push(resolve))
  return { loop, errors, begun, nextRun }
}

test('a run that failed is told and followed by the next', async () => {
  const { loop, errors, begun, nextRun } = controlled(1)
  const second = nextRun()
  begun[0]?.()
  await second
  assert.equal(errors.length, 1)
  assert.equal(begun.length, 2)
  const stopped = loop[Symbol.asyncDispose]()
  begun[1]?.()
  await stopped
})

test('stopping waits for the run that is under way and begins no other', async () => {
  const { loop, begun } = controlled(1)
  let isStopped = false
  const stopped = Promise.resolve(loop[Symbol.asyncDispose]()).then(() => {
    isStopped = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isStopped, false)
  begun[0]?.()
  await stopped
  assert.equal(begun.length, 1)
})

test('stopping does not wait for the end of a pause', async () => {
  const { loop, begun } = controlled(3_600_000)
  begun[0]?.()
  await new Promise((resolve) => setImmediate(resolve))
  await loop[Symbol.asyncDispose]()
  assert.equal(begun.length, 1)
})

test('a wake ends the pause, and one that came during a run is not forgotten', async () => {
  const ends: (() => void)[] = []
  await using loop = repeat({
    everyMs: 3_600_000,
    work: async () => {
      await new Promise<void>((resolve) => ends.push(resolve))
    },
    onError: () => assert.fail('it failed'),
  })
  const began = async (run: number) => {
    while (ends.length < run) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  loop.wake()
  ends[0]?.()
  await began(2)
  ends[1]?.()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(ends.length, 2)
  loop.wake()
  await began(3)
  ends[2]?.()
})

test('a pause that the work asked for is not shortened', async () => {
  let runs = 0
  await using loop = repeat({
    everyMs: 1,
    work: async () => {
      runs += 1
      return await Promise.resolve({ pauseMs: 3_600_000 })
    },
    onError: () => assert.fail('it failed'),
  })
  for (let n = 0; n < 20; n += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    loop.wake()
  }
  assert.equal(runs, 1)
})
