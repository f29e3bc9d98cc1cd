import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppError } from '../kernel/errors.ts'
import { createWorkQueue } from './work-queue.ts'

/** Jobs that the test ends one by one. */
function jobs() {
  const running: { resolve: (value: number) => void; reject: (error: Error) => void }[] = []
  let most = 0
  const job = async () => {
    const ended = new Promise<number>((resolve, reject) => running.push({ resolve, reject }))
    most = Math.max(most, running.length)
    return await ended
  }
  return { running, job, most: () => most }
}

const turn = async () => await new Promise((resolve) => setImmediate(resolve))

test('only so many jobs run, only so many wait, and the rest are sent away', async () => {
  const queue = createWorkQueue({
    runningMax: 2,
    waitingMax: 3,
    retryAfterSeconds: 4,
    refusal: 'Later.',
  })
  const { running, job, most } = jobs()
  const all = Array.from({ length: 9 }, async () => await queue.run(job))
  const settled = Promise.allSettled(all)
  assert.equal(queue.waiting, 3)
  while (running.length > 0) {
    running.shift()?.resolve(1)
    await turn()
  }
  const results = await settled
  assert.deepEqual(
    results.map((result) => result.status),
    [...Array<string>(5).fill('fulfilled'), ...Array<string>(4).fill('rejected')],
  )
  const refusal = (results[8] as PromiseRejectedResult).reason as AppError
  assert.equal(refusal.code, 'unavailable')
  assert.equal(refusal.details.retryAfterSeconds, 4)
  assert.equal(refusal.message, 'Later.')
  assert.equal(most(), 2)
  assert.equal(queue.waiting, 0)
})

test('a job that fails makes room for the next', async () => {
  const queue = createWorkQueue({
    runningMax: 1,
    waitingMax: 1,
    retryAfterSeconds: 1,
    refusal: 'Later.',
  })
  const { running, job } = jobs()
  const first = queue.run(job)
  const second = queue.run(job)
  running.shift()?.reject(new Error('it fails'))
  await assert.rejects(first, /it fails/)
  await turn()
  running.shift()?.resolve(2)
  assert.equal(await second, 2)
  const third = queue.run(job)
  running.shift()?.resolve(3)
  assert.equal(await third, 3)
})

test('jobs run in the order in which they came', async () => {
  const queue = createWorkQueue({
    runningMax: 1,
    waitingMax: 10,
    retryAfterSeconds: 1,
    refusal: 'Later.',
  })
  const order: number[] = []
  await Promise.all(
    [1, 2, 3, 4].map(
      async (n) =>
        await queue.run(async () => {
          await turn()
          order.push(n)
        }),
    ),
  )
  assert.deepEqual(order, [1, 2, 3, 4])
})
