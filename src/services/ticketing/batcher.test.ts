import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { AppError } from '../../kernel/errors.ts'
import { Batcher, type BatcherLimits } from './batcher.ts'

interface Request {
  userId: number
  n: number
}

const LIMITS: BatcherLimits = {
  batchMax: 4,
  waitingMax: 100,
  waitingMin: 10,
  waitTargetMs: 60_000,
  waitingPerUserMax: 3,
  waitMaxMs: 60_000,
  batchesMax: 2,
}

/** A batcher whose batches are recorded and answered with their own numbers. */
function recording(limits: Partial<BatcherLimits> = {}, send?: (lane: number) => Promise<void>) {
  const batches: { lane: number; numbers: number[]; users: number[] }[] = []
  let running = 0
  let runningMax = 0
  const runningByLane = new Map<number, number>()
  const batcher = new Batcher<Request, number>(
    async (lane, requests) => {
      running += 1
      runningMax = Math.max(runningMax, running)
      const inLane = (runningByLane.get(lane) ?? 0) + 1
      assert.equal(inLane, 1, 'one batch at a time in a lane')
      runningByLane.set(lane, inLane)
      batches.push({
        lane,
        numbers: requests.map((request) => request.n),
        users: requests.map((request) => request.userId),
      })
      await (send?.(lane) ?? sleep(1))
      running -= 1
      runningByLane.set(lane, inLane - 1)
      return requests.map((request) => ({ answer: request.n }))
    },
    { ...LIMITS, ...limits },
  )
  return { batcher, batches, runningMax: () => runningMax }
}

test('requests that arrive together leave together, in order, and each gets its own answer', async () => {
  const { batcher, batches } = recording()
  const answers = await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (n) => await batcher.submit(1, { userId: n, n })),
  )
  assert.deepEqual(answers, [0, 1, 2, 3, 4, 5])
  assert.deepEqual(
    batches.map((batch) => batch.numbers),
    [
      [0, 1, 2, 3],
      [4, 5],
    ],
  )
})

test('two requests of one user are never in one batch and keep their order', async () => {
  const { batcher, batches } = recording()
  await Promise.all([
    batcher.submit(1, { userId: 7, n: 0 }),
    batcher.submit(1, { userId: 7, n: 1 }),
    batcher.submit(1, { userId: 8, n: 2 }),
    batcher.submit(1, { userId: 7, n: 3 }),
  ])
  for (const { users } of batches) assert.equal(new Set(users).size, users.length)
  assert.deepEqual(
    batches.flatMap((batch) => batch.numbers),
    [0, 2, 1, 3],
  )
})

test('lanes run side by side, as many as are allowed', async () => {
  const { batcher, batches, runningMax } = recording()
  await Promise.all(
    [1, 2, 3, 4, 5].map(async (lane) => await batcher.submit(lane, { userId: 1, n: lane })),
  )
  assert.equal(batches.length, 5)
  assert.equal(runningMax(), 2)
})

test('what is too much is shed, and what was taken is still answered', async () => {
  const { batcher } = recording({ waitingMax: 5 })
  const outcomes = await Promise.allSettled(
    Array.from({ length: 9 }, async (_, n) => await batcher.submit(1, { userId: n, n })),
  )
  const shed = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(shed.length, 4)
  for (const { reason } of shed) assert.equal((reason as AppError).code, 'unavailable')
})

test('no more wait than leave in time at the pace of the last batches', async () => {
  const { batcher } = recording({ batchMax: 4, waitingMin: 5, waitTargetMs: 1 }, async () => {
    await sleep(20)
  })
  // Nobody knows the pace yet, so all are taken.
  const first = Array.from({ length: 20 }, async (_, n) => await batcher.submit(1, { userId: n, n })) // prettier-ignore
  await Promise.all(first.slice(0, 12))
  assert.ok(batcher.waiting < 5, 'few wait, so more are taken')
  const next = batcher.submit(1, { userId: 20, n: 20 })
  assert.equal(batcher.isFullWith(0), true)
  await assert.rejects(
    batcher.submit(1, { userId: 30, n: 30 }),
    (error: AppError) => error.code === 'unavailable',
  )
  await Promise.all([...first, next])
  assert.equal(batcher.isFullWith(0), false)
})

test('one stall is not taken for the pace', async () => {
  let isStalled = true
  const limits = { batchMax: 100, waitingMin: 5, waitTargetMs: 1_000, waitMaxMs: 2_000 }
  const { batcher } = recording(limits, async () => {
    await sleep(isStalled ? 300 : 0)
  })
  const rush = async () =>
    await Promise.allSettled(
      Array.from({ length: 20 }, async (_, n) => await batcher.submit(1, { userId: n, n })),
    )
  // A few ask, each for another event, while the database stands still.
  await Promise.all([1, 2, 3].map(async (n) => await batcher.submit(n, { userId: n, n })))
  isStalled = false
  const slow = rush()
  assert.ok(batcher.expectedMs > 1_000, 'the stall was not noticed: nothing is left to test')
  assert.ok(batcher.expectedMs <= 2_000, 'nobody is inside for longer than that')
  await slow
  // Few enough come at a time that nobody has to wait for a second batch.
  for (let n = 0; n < 20; n += 1) await rush()
  const outcomes = await rush()
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 20)
})

test('an event that stands still turns away nobody who wants another one', async () => {
  const stands = { still: true }
  const limits = { batchMax: 100, waitingMax: 1_000, waitTargetMs: 500 }
  const { batcher } = recording(limits, async (lane) => {
    while (lane === 1 && stands.still) await sleep(5)
    await sleep(5)
  })
  const stuck = Array.from({ length: 200 }, async (_, n) => await batcher.submit(1, { userId: n, n })) // prettier-ignore
  for (let n = 0; n < 50; n += 1) await batcher.submit(2, { userId: n, n })
  stands.still = false
  await Promise.all(stuck)
})

test('who is on the way here counts as one who waits', async () => {
  const { batcher } = recording({ waitingMax: 5 })
  assert.equal(batcher.isFullWith(4), false)
  assert.equal(batcher.isFullWith(5), true)
  const taken = [0, 1, 2].map(async (n) => await batcher.submit(1, { userId: n, n }))
  assert.deepEqual([batcher.isFullWith(1), batcher.isFullWith(2)], [false, true])
  await Promise.all(taken)
  assert.equal(batcher.expectedMs, 0)
})

test('one user cannot fill the queue', async () => {
  const { batcher } = recording()
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, async (_, n) => await batcher.submit(1, { userId: 7, n })),
  )
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(refused.length, 6)
  for (const { reason } of refused) assert.equal((reason as AppError).code, 'rate_limited')
})

test('a request that waited too long is shed unsent', async () => {
  const { batcher, batches } = recording({ waitMaxMs: 250, batchMax: 1 }, async () => {
    await sleep(600)
  })
  const outcomes = await Promise.allSettled(
    [0, 1].map(async (n) => await batcher.submit(1, { userId: n, n })),
  )
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'rejected'],
  )
  assert.deepEqual(batches.map((batch) => batch.numbers), [[0]]) // prettier-ignore
  assert.equal(batcher.waiting, 0)
  assert.equal(batcher.expectedMs, 0, 'whoever is shed is not inside any more')
})

test('a batch that fails fails for those in it and for nobody else', async () => {
  let sent = 0
  const batcher = new Batcher<Request, number>(async (_lane, requests) => {
    sent += 1
    await sleep(1)
    if (sent === 1) throw new Error('lost')
    return requests.map((request) => ({ answer: request.n }))
  }, LIMITS)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, async (_, n) => await batcher.submit(1, { userId: n, n })),
  )
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['rejected', 'rejected', 'rejected', 'rejected', 'fulfilled', 'fulfilled'],
  )
})

test('drain waits for everything that was taken', async () => {
  const { batcher } = recording()
  let answered = 0
  for (let n = 0; n < 20; n += 1) {
    void batcher.submit(n % 3, { userId: n, n }).then(() => {
      answered += 1
    })
  }
  await Promise.all([batcher.drain(), batcher.drain()])
  await Promise.resolve()
  assert.equal(answered, 20)
  await batcher.drain()
})

test('what waits behind a batch that does not come back is shed in time', async () => {
  let release: (() => void) | undefined
  const { batcher } = recording(
    { waitMaxMs: 100 },
    async () =>
      await new Promise<void>((resolve) => {
        release = resolve
      }),
  )
  const stuck = batcher.submit(1, { userId: 1, n: 0 })
  await sleep(20)
  const outcomes = await Promise.allSettled([
    batcher.submit(1, { userId: 2, n: 1 }),
    batcher.submit(1, { userId: 1, n: 2 }),
  ])
  for (const outcome of outcomes) {
    assert.equal(outcome.status === 'rejected' && (outcome.reason as AppError).code, 'unavailable')
  }
  assert.equal(batcher.waiting, 0)
  release?.()
  assert.equal(await stuck, 0)
})

test('the next batch is on its way before the last one is answered, and draining waits for both', async () => {
  const told: string[] = []
  const batcher = new Batcher<Request, number>(
    async (_lane, requests) => {
      told.push(`sent ${requests.map(({ n }) => n).join()}`)
      await sleep(1)
      return requests.map(({ n }) => ({ answer: n }))
    },
    { ...LIMITS, batchMax: 2 },
  )
  for (const n of [0, 1, 2]) {
    void batcher.submit(1, { userId: n, n }).then((answer) => told.push(`answered ${answer}`))
  }
  await batcher.drain()
  assert.deepEqual(told, ['sent 0,1', 'sent 2', 'answered 0', 'answered 1', 'answered 2'])
})

test('while a large batch is answered the loop goes on, and draining waits for its last answer', async () => {
  const { batcher } = recording({ batchMax: 100 })
  const told: number[] = []
  let toldBeforeLoopWentOn = 0
  for (let n = 0; n < 40; n += 1) {
    void batcher.submit(1, { userId: n, n }).then((answer) => {
      if (told.length === 0) setImmediate(() => (toldBeforeLoopWentOn = told.length))
      told.push(answer)
    })
  }
  await batcher.drain()
  await Promise.resolve()
  assert.deepEqual(
    told,
    Array.from({ length: 40 }, (_, n) => n),
  )
  assert.ok(toldBeforeLoopWentOn > 0 && toldBeforeLoopWentOn < 40, `${toldBeforeLoopWentOn} of 40`)
})
