import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EventStreams } from '../../platform/http/event-streams.ts'
import type { CachedEvent } from './event-cache.ts'
import { LiveEvents } from './live-events.ts'

interface Viewer {
  frames: string[]
  isEnded: boolean
  leave: () => void
}

/** Looks on a clock that stands still, at an event that a test sells. */
function startLooking() {
  const state = { remaining: 100, isThere: true, isAway: false, looks: 0, until: Promise.resolve() }
  const viewers: Viewer[] = []
  const warnings: string[] = []
  const find = async () => {
    state.looks += 1
    await state.until
    if (state.isAway) throw new Error('away')
    const event = {
      ...{ id: 7, sale: 'on_sale', remaining: state.remaining, held: 0, ticketTypes: [] },
      ...{ onSaleAt: null, eventDate: new Date(0), postponedAt: null },
    }
    return state.isThere ? ({ event } as unknown as CachedEvent) : undefined
  }
  const streams = {
    open(_request: unknown, _reply: unknown, onEnd: () => void) {
      const viewer = {
        ...{ frames: [] as string[], isEnded: false },
        write: (frame: Buffer) => viewer.frames.push(frame.toString()),
        end: () => (viewer.isEnded = true),
        leave: () => {
          onEnd()
        },
      }
      viewers.push(viewer)
      return viewer as unknown as ServerResponse
    },
    async send(receivers: Iterable<ServerResponse>, frame: Buffer) {
      for (const receiver of receivers) receiver.write(frame)
      await Promise.resolve()
    },
  }
  const live = new LiveEvents({
    cache: { event: find },
    streams: streams as unknown as EventStreams,
    clock: () => 0,
    logger: { warn: (_about: unknown, text?: string) => warnings.push(text ?? '') },
  })
  const watch = async (known?: string): Promise<Viewer> => {
    const headers = known === undefined ? {} : { 'last-event-id': known }
    await live.watch(7, { headers } as FastifyRequest, {} as FastifyReply)
    await pass(0)
    return viewers.at(-1) ?? assert.fail('there is no stream')
  }
  return { state, live, watch, warnings }
}

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms)
  for (let n = 0; n < 5; n += 1) await setImmediate()
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] })
})
afterEach(() => {
  mock.timers.reset()
})

const idOf = (frame = ''): string => /^id: (.+)\n/.exec(frame)?.[1] ?? ''
const leftIn = (frame = ''): number => Number(/"remaining_tickets":(\d+)/.exec(frame)?.[1])

test('one look a second serves all who watch an event, and none is made when the last has gone', async () => {
  const { state, watch } = startLooking()
  const all = [await watch(), await watch(), await watch()]
  const before = state.looks
  for (let seconds = 0; seconds < 5; seconds += 1) await pass(1_000)
  assert.equal(state.looks - before, 5)
  for (const { leave } of all) leave()
  await pass(1_000)
  const atRest = state.looks
  for (let seconds = 0; seconds < 5; seconds += 1) await pass(1_000)
  assert.equal(state.looks, atRest)
})

test('who leaves takes nothing from who stays', async () => {
  const { state, watch } = startLooking()
  const [gone, stays] = [await watch(), await watch()]
  gone.leave()
  gone.leave()
  state.remaining = 99
  await pass(1_000)
  assert.deepEqual(stays.frames.map(leftIn), [100, 99])
  assert.equal(gone.frames.length, 1)
  stays.leave()
  stays.leave()
  await pass(1_000)
  const back = await watch()
  state.remaining = 98
  await pass(1_000)
  assert.deepEqual(back.frames.map(leftIn), [99, 98])
})

test('a change is sent once to all, and nothing to who has it already', async () => {
  const { state, watch } = startLooking()
  const first = await watch()
  const known = await watch(idOf(first.frames[0]))
  const other = await watch('another')
  await pass(1_000)
  await pass(1_000)
  assert.deepEqual([first, known, other].map(({ frames }) => frames.length), [1, 0, 1])
  state.remaining = 99
  for (let seconds = 0; seconds < 3; seconds += 1) await pass(1_000)
  assert.deepEqual(first.frames.map(leftIn), [100, 99])
  assert.deepEqual(known.frames, first.frames.slice(1))
}) // prettier-ignore

test('what is not there, or withdrawn, has no stream', async () => {
  const { state, live, watch } = startLooking()
  const viewer = await watch()
  state.isThere = false
  await pass(1_000)
  assert.ok(viewer.isEnded, 'it is over')
  viewer.leave()
  await assert.rejects(watch(), { code: 'not_found' })
  await assert.rejects(live.find(7), { code: 'not_found' })
})

test('looks that fail are told of once, until one succeeds, and go on', async () => {
  const { state, watch, warnings } = startLooking()
  const viewer = await watch()
  for (const faults of [1, 2]) {
    state.isAway = true
    for (let seconds = 0; seconds < 3; seconds += 1) await pass(1_000)
    assert.equal(warnings.length, faults)
    state.isAway = false
    state.remaining -= 1
    await pass(1_000)
  }
  assert.deepEqual(viewer.frames.map(leftIn), [100, 99, 98])
  assert.equal(viewer.isEnded, false)
})

test('a look that fails after the last has gone is nobody’s trouble', async () => {
  const { state, watch, warnings } = startLooking()
  const viewer = await watch()
  let answer = () => undefined as void
  state.until = new Promise((resolve) => (answer = resolve))
  await pass(1_000)
  viewer.leave()
  state.isAway = true
  answer()
  await pass(0)
  assert.deepEqual([state.looks, warnings], [3, []])
})
