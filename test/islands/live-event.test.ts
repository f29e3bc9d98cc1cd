/** How a page hears of what changes, in a browser that is made up here and on a clock of its own. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { importIsland } from '../support/island.ts'

class Source {
  static readonly CLOSED = 2
  readonly url: string
  readyState = 0
  onopen = () => undefined
  onerror = () => undefined
  onmessage = (_message: { data: string }) => undefined
  constructor(url: string) {
    this.url = url
    sources.push(this)
  }
  close(): void {
    this.readyState = Source.CLOSED
  }
  breakOff(): void {
    this.onerror()
  }
  refuse(): void {
    this.close()
    this.onerror()
  }
}

/** What the server says once, or that nobody answers. */
type Answer = { status: number; state?: object } | 'none'

interface Island {
  watchEvent: (id: string, element: object, listener: (state: { at: string }) => void) => void
  shopNow: () => number
  learnTime: (at: string) => void
  about: (ms: number) => number
}

const sources: Source[] = []
const asked: RequestInit[] = []
let answer: Answer
let show: () => void = () => undefined
const page = {
  hidden: false,
  addEventListener: (_type: string, listener: () => void) => {
    show = listener
  },
}
Object.assign(globalThis, {
  EventSource: Source,
  document: page,
  fetch: async (_url: string, init: RequestInit) => {
    asked.push(init)
    await Promise.resolve()
    if (answer === 'none') throw new TypeError('there is no network')
    return new Response(JSON.stringify(answer.state ?? {}), { status: answer.status })
  },
})
const island = await importIsland<Island>('live-event')

const AT = '2020-06-01T20:00:00.000Z'
let events = 0

/** A page that has just been opened. @returns What it has heard. */
function watch(element = { isConnected: true }) {
  events += 1
  const heard: { at: string; left?: number }[] = []
  const listen = (more: object = { isConnected: true }) => {
    island.watchEvent(String(events), more, (state) => heard.push(state))
  }
  listen(element)
  return { heard, listen, element }
}

const newest = (): Source => sources.at(-1) ?? assert.fail('there is no stream')
const isStreaming = (): boolean => sources.some(({ readyState }) => readyState !== Source.CLOSED)

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms)
  // The question, and what follows from its answer.
  for (let n = 0; n < 3; n += 1) await setImmediate()
}

async function hide(isHidden: boolean): Promise<void> {
  page.hidden = isHidden
  show()
  await pass(0)
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] })
  mock.method(Math, 'random', () => 0.5)
  page.hidden = false
  sources.length = 0
  asked.length = 0
  answer = { status: 200, state: { at: AT } }
})
afterEach(async () => {
  // Nothing of one test goes on in the next.
  await hide(true)
  await pass(100_000)
  mock.reset()
  mock.timers.reset()
})

test('one stream tells all islands of a page, those that come later too, and not those that went', () => {
  const { heard, listen, element } = watch()
  assert.deepEqual(sources.map(({ url }) => url), [`/api/v1/events/${events}/live`]) // prettier-ignore
  newest().onmessage({ data: JSON.stringify({ at: AT, left: 1 }) })
  listen()
  assert.deepEqual([sources.length, heard.length], [1, 2])
  element.isConnected = false
  newest().onmessage({ data: JSON.stringify({ at: AT, left: 2 }) })
  element.isConnected = true
  newest().onmessage({ data: JSON.stringify({ at: AT, left: 3 }) })
  assert.deepEqual(heard.map(({ left }) => left), [1, 1, 2, 3]) // prettier-ignore
})

test('a page that nobody sees has no stream, and asks for nothing', async () => {
  page.hidden = true
  watch()
  assert.equal(sources.length, 0)
  await hide(false)
  assert.ok(isStreaming(), 'it is seen')
  await hide(true)
  assert.ok(!isStreaming(), 'it is hidden')
  await pass(100_000)
  assert.equal(asked.length, 0)

  await hide(false)
  newest().refuse()
  await pass(0)
  assert.equal(asked.length, 1)
  await hide(true)
  await pass(100_000)
  assert.equal(asked.length, 1, 'a hidden page asks no more')
})

test('a page that was hidden while it asked does not ask again', async () => {
  watch()
  newest().refuse()
  page.hidden = true
  await pass(0)
  await pass(100_000)
  assert.equal(asked.length, 1)
})

test('a page that is seen again while it asked has its stream and asks no more', async () => {
  watch()
  newest().refuse()
  page.hidden = true
  show()
  await hide(false)
  assert.ok(isStreaming(), 'it has a stream')
  await pass(5_000)
  assert.equal(asked.length, 1)
})

test('a page asks once at a time, however often its stream is refused', async () => {
  watch()
  newest().refuse()
  page.hidden = true
  show()
  page.hidden = false
  show()
  newest().refuse()
  await pass(0)
  assert.equal(asked.length, 2)
  await pass(5_000)
  assert.equal(asked.length, 3)
})

test('where a stream is refused, the same is asked for every few seconds, past all caches', async () => {
  const { heard } = watch()
  newest().refuse()
  await pass(0)
  assert.deepEqual([asked.length, heard.length], [1, 1])
  assert.equal(asked[0]?.cache, 'no-store')
  assert.deepEqual(asked[0].headers, { accept: 'application/json' })
  await pass(4_999)
  assert.equal(asked.length, 1)
  await pass(1)
  assert.deepEqual([asked.length, heard.length], [2, 2])
  await pass(4_999)
  assert.equal(asked.length, 2, 'also when the stream should have begun')
})

test('a stream that breaks comes back by itself, and is given up when it breaks at once again', async () => {
  watch()
  for (let n = 0; n < 3; n += 1) {
    newest().onopen()
    newest().breakOff()
  }
  await pass(100_000)
  assert.equal(asked.length, 0)
  newest().breakOff()
  await pass(0)
  assert.equal(asked.length, 1)
  assert.ok(!isStreaming(), 'it is closed')
})

test('a stream that does not begin is given up, and one that has begun is not', async () => {
  watch()
  await pass(7_999)
  assert.equal(asked.length, 0)
  await pass(1)
  assert.equal(asked.length, 1)
  assert.ok(!isStreaming(), 'it is closed')

  watch()
  newest().onopen()
  await pass(100_000)
  assert.notEqual(newest().readyState, Source.CLOSED)
})

test('after a minute of asking a stream is tried again', async () => {
  watch()
  newest().refuse()
  await pass(0)
  for (let n = 1; n < 12; n += 1) await pass(5_000)
  await pass(4_999)
  assert.deepEqual([asked.length, sources.length], [12, 1])
  await pass(1)
  assert.deepEqual([asked.length, sources.length], [12, 2])
})

test('who cannot answer is asked less and less often, and who has no such event never again', async () => {
  watch()
  answer = { status: 503 }
  newest().refuse()
  await pass(0)
  for (const [times, seconds] of [10, 20, 40, 40].entries()) {
    answer = times % 2 === 0 ? { status: 503 } : 'none'
    await pass(seconds * 1_000 - 1)
    assert.equal(asked.length, times + 1, `not before ${seconds} seconds`)
    await pass(1)
    assert.equal(asked.length, times + 2, `after ${seconds} seconds`)
  }
  answer = { status: 404 }
  await pass(40_000)
  await pass(100_000)
  assert.equal(asked.length, 6)
})

test('a crowd that waits equally long does not come in one moment', async () => {
  for (const [random, ms] of [
    [0, 500],
    [0.5, 1_000],
    [0.999, 1_499],
  ] as const) {
    mock.method(Math, 'random', () => random)
    assert.equal(Math.round(island.about(1_000)), ms)
  }
  mock.method(Math, 'random', () => 0)
  watch()
  newest().refuse()
  await pass(0)
  await pass(2_499)
  assert.equal(asked.length, 1)
  await pass(1)
  assert.equal(asked.length, 2)
})

test('the clock of the shop is that of the answer that came fastest, whatever else comes', () => {
  mock.method(performance, 'now', () => 5_000)
  const shop = Date.parse(AT) + 3_600_000
  island.learnTime('nonsense')
  for (const lateMs of [2_000, 0, 5_000]) island.learnTime(new Date(shop - lateMs).toISOString())
  mock.method(performance, 'now', () => 65_000)
  assert.equal(island.shopNow(), shop + 60_000)
})
