/** What moves on the pages of the checkout, in a browser that is made up here and on a clock of its own. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { importIsland } from '../support/island.ts'

type Island = (element: object) => void

const gone: string[] = []
let reloads = 0
/** What the shop answers, or that nobody does. */
let answer: Response | 'none'
let asked = 0
const listeners = new Map<string, () => void>()
const listen = (type: string, listener: () => void) => {
  listeners.set(type, listener)
}
Object.assign(globalThis, {
  addEventListener: listen,
  document: { addEventListener: listen },
  location: {
    pathname: '/checkout/7',
    replace: (where: string) => gone.push(where),
    reload: () => (reloads += 1),
  },
  fetch: async () => {
    asked += 1
    await Promise.resolve()
    if (answer === 'none') throw new TypeError('there is no network')
    return answer.clone()
  },
  DOMParser: class {
    parseFromString(text: string) {
      return { querySelector: () => (text.includes('still waiting') ? {} : null) }
    }
  },
})
const { payProgress } = await importIsland<{ payProgress: Island }>('pay-progress')
const { sendOnce } = await importIsland<{ sendOnce: Island }>('send-once')
const { holdClock } = await importIsland<{ holdClock: Island }>('hold-clock')

let passedMs = 0
/** What is done again and again, as long as it is. */
let beat: (() => void) | undefined
async function pass(ms: number): Promise<void> {
  passedMs += ms
  mock.timers.tick(ms)
  beat?.()
  for (let n = 0; n < 5; n += 1) await setImmediate()
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  // One of node:test cannot be ended by itself.
  mock.method(globalThis, 'setInterval', (work: () => void) => (beat = work))
  mock.method(globalThis, 'clearInterval', () => (beat = undefined))
  mock.method(performance, 'now', () => passedMs)
  gone.length = 0
  reloads = 0
  asked = 0
  beat = undefined
})
afterEach(() => {
  mock.timers.reset()
  mock.reset()
})

const led = (url: string) =>
  Object.defineProperties(new Response('your tickets'), {
    ok: { value: true },
    redirected: { value: true },
    url: { value: url },
    clone: { value: () => led(url) },
  })

test('who waits for the bank is led on when it has answered, and not before', async () => {
  const spoken = { textContent: '' }
  const element = {
    dataset: { path: '/checkout/7/return', waiting: 'No answer yet' },
    querySelector: () => spoken,
  }
  payProgress(element)
  for (const nothing of [
    new Response('still waiting'),
    new Response('busy', { status: 503 }),
    new Response('gone', { status: 404 }),
    'none' as const,
  ]) {
    answer = nothing
    const before = asked
    await pass(10_000)
    assert.equal(asked, before + 1, 'it is asked again')
    assert.deepEqual([gone, spoken.textContent], [[], ''])
  }
  answer = new Response('still waiting')
  await pass(10_000)
  assert.equal(spoken.textContent, 'No answer yet')
  answer = led('https://shop.example/tickets/order/7?paid')
  await pass(10_000)
  assert.deepEqual(gone, ['https://shop.example/tickets/order/7?paid'])
  await pass(100_000)
  assert.equal(asked, 6, 'and then it is over')
})

test('a page that waits no longer is shown, and a long wait asks rarely', async () => {
  payProgress({ dataset: {}, querySelector: () => null })
  answer = new Response('still waiting')
  for (let seconds = 0; seconds < 600; seconds += 1) await pass(1_000)
  assert.ok(asked < 70, `asked ${asked} times in ten minutes`)
  assert.ok(asked > 50, `asked ${asked} times in ten minutes`)
  answer = new Response('choose another card')
  await pass(10_000)
  assert.deepEqual(gone, ['/checkout/7'])
})

test('a form is sent once, until somebody comes back to it or nothing has come of it', async () => {
  const attributes = new Map<string, string>()
  const button = {
    textContent: 'Pay €10',
    setAttribute: (name: string, value: string) => attributes.set(name, value),
    removeAttribute: (name: string) => attributes.delete(name),
  }
  let submit: (event: object) => void = () => undefined
  sendOnce({
    dataset: { busy: 'Paying…' },
    querySelector: () => button,
    addEventListener: (_type: string, listener: typeof submit) => {
      submit = listener
    },
  })
  const isSent = (): boolean => {
    let isStopped = false
    submit({ preventDefault: () => (isStopped = true) })
    return !isStopped
  }
  assert.deepEqual([isSent(), isSent(), isSent()], [true, false, false])
  assert.deepEqual([button.textContent, attributes.get('aria-disabled')], ['Paying…', 'true'])
  listeners.get('pageshow')?.()
  assert.deepEqual([button.textContent, attributes.size], ['Pay €10', 0])
  assert.deepEqual([isSent(), isSent()], [true, false])
  await pass(19_999)
  assert.equal(isSent(), false)
  await pass(1)
  assert.equal(isSent(), true)
})

/** A clock that ends after so many seconds. */
function startClock(seconds: number, script = { startedMs: 0 }) {
  const left = { textContent: '' }
  const spoken = { textContent: '' }
  const isShort = { value: false }
  const now = 1_900_000_000_000
  mock.method(performance, 'getEntriesByType', () => [
    { responseStart: passedMs - script.startedMs },
  ])
  holdClock({
    dataset: {
      until: String(now + seconds * 1_000),
      now: String(now),
      words: JSON.stringify({ 300: 'five minutes', 60: 'one minute', 30: 'half a minute', 0: 'over' }),
    },
    querySelector: (which: string) => (which.includes('left') ? left : spoken),
    classList: { toggle: (_name: string, value: boolean) => (isShort.value = value) },
  }) // prettier-ignore
  return { left, spoken, isShort }
}

test('a clock counts from the answer of the server, says what is worth saying, and asks at the end once', async () => {
  const { left, spoken, isShort } = startClock(62)
  assert.deepEqual([left.textContent, spoken.textContent, isShort.value], ['1:02', '', false])
  await pass(2_000)
  assert.deepEqual([left.textContent, spoken.textContent, isShort.value], ['1:00', 'one minute', true]) // prettier-ignore
  await pass(20_000)
  assert.deepEqual([left.textContent, spoken.textContent], ['0:40', 'one minute'])
  await pass(50_000)
  assert.deepEqual([left.textContent, spoken.textContent, reloads], ['0:00', 'over', 0])
  await pass(1_500)
  assert.equal(reloads, 1)
  await pass(60_000)
  assert.equal(reloads, 1)
})

test('a clock counts what passed before its script ran, and on one of two clocks that goes on', async () => {
  const { left } = startClock(60, { startedMs: 10_000 })
  assert.equal(left.textContent, '0:50')
  // The clock that pages count by stood still.
  mock.method(performance, 'now', () => 0)
  await pass(20_000)
  assert.equal(left.textContent, '0:30')

  mock.method(performance, 'now', () => passedMs)
  const other = startClock(60).left
  // The clock of the day was set back.
  mock.method(Date, 'now', () => 0)
  await pass(20_000)
  assert.equal(other.textContent, '0:40')
})

test('a page that waits for a payment when the time is over already is not loaded again and again', async () => {
  for (const seconds of [0, -5]) {
    assert.equal(startClock(seconds).left.textContent, '0:00')
    await pass(60_000)
    assert.equal(reloads, 0)
  }
})

test('what is worth saying is not said to who has just come', () => {
  assert.equal(startClock(25).spoken.textContent, '')
})
