/** What moves on an event's page, in a browser that is made up here and on a clock of its own. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { importIsland } from '../support/island.ts'

type Island = (element: object) => void
interface State {
  sale: string
  remaining_tickets: number
  held_tickets: number
  ticket_types: { id: number; remaining_tickets: number }[]
  on_sale_at: string | null
}

/** Midnight, by the clock of the shop and of the browser. */
const START = Date.parse('2030-06-01T00:00:00Z')
/** Between tests: the page remembers when it spoke last. */
const HOUR_MS = 3_600_000
let hours = 0
let hear: (message: { data: string }) => void = () => undefined
/** What the page says that is fetched: of its stock, and whether its sale has opened. */
let page = { sale: 'on_sale', opens: '', isOpen: true }
let fetched = 0
let swapped = 0

const panel = {
  dispatchEvent: () => (swapped += 1),
  querySelector: (selector: string) =>
    selector.includes('sale-countdown') ? (page.isOpen ? null : {}) : { dataset: page },
}
Object.assign(globalThis, {
  addEventListener: () => undefined,
  location: { pathname: '/events/7' },
  EventSource: class {
    set onmessage(listener: typeof hear) {
      hear = listener
    }
    close = () => undefined
  },
  document: {
    hidden: false,
    documentElement: { lang: 'en' },
    activeElement: null,
    addEventListener: () => undefined,
    querySelector: () => ({
      contains: () => false,
      querySelectorAll: () => [],
      replaceWith: () => undefined,
    }),
    importNode: () => panel,
  },
  DOMParser: class {
    parseFromString = () => ({ querySelector: () => panel })
  },
  fetch: async (where: string) => {
    // Only pages are answered: what changes comes by the stream.
    if (where !== '/events/7') return await new Promise(() => undefined)
    fetched += 1
    return await Promise.resolve(new Response())
  },
})
const { liveStock } = await importIsland<{ liveStock: Island }>('live-stock')
const { saleCountdown } = await importIsland<{ saleCountdown: Island }>('sale-countdown')

async function pass(ms: number): Promise<void> {
  for (let left = ms; left >= 0; left -= 500) {
    mock.timers.tick(Math.min(500, left))
    for (let n = 0; n < 5; n += 1) await setImmediate()
  }
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START + (hours += 1) * HOUR_MS })
  mock.method(Math, 'random', () => 0.5)
  mock.method(performance, 'now', () => Date.now() - START)
  page = { sale: 'on_sale', opens: '', isOpen: true }
  fetched = 0
  swapped = 0
})
afterEach(async () => {
  // What is asked for again and again ends by itself.
  await pass(60_000)
  mock.timers.reset()
  mock.reset()
})

let events = 0
const nameOfEvent = () => String((events += 1))

const textElement = () => {
  let text = ''
  return {
    /** How often something was written to it. */
    writes: 0,
    hidden: false,
    isConnected: true,
    classList: { toggle: () => undefined },
    get textContent() {
      return text
    },
    set textContent(written: string) {
      text = written
      this.writes += 1
    },
  }
}

/** Of one ticket type, with its radio button. */
function typeNote() {
  const radio = { disabled: false }
  const note = Object.assign(textElement(), {
    dataset: { few: '5', wordsGone: 'Sold out', wordsLow: 'Only {n}' },
    closest: () => ({ querySelector: () => radio }),
  })
  return { note, radio }
}

function startStock(data: Record<string, string> = {}) {
  const [shown, spoken] = [textElement(), textElement()]
  const { note, radio } = typeNote()
  liveStock({
    isConnected: true,
    dataset: {
      ...{ event: nameOfEvent(), sale: 'on_sale', left: '60', few: '10' },
      ...{ wordsMany: '{n} left', wordsLow: 'Only {n} left', wordsSoldOut: 'None left' },
      ...{ wordsHeld: '{n} may come back', wordsPaused: 'Paused', ...data },
    },
    querySelector: (selector: string) => (selector.includes('shown') ? shown : spoken),
    closest: () => ({
      querySelector: (selector: string) => (selector.includes('"3"') ? note : null),
    }),
  })
  const say = async (state: Partial<State>) => {
    const all = { sale: 'on_sale', remaining_tickets: 60, held_tickets: 0, ticket_types: [], on_sale_at: null } // prettier-ignore
    hear({ data: JSON.stringify({ ...all, ...state, at: new Date().toISOString() }) })
    await pass(0)
    return [shown.textContent, shown.hidden, spoken.textContent]
  }
  return { say, note, radio }
}

test('a number that moves is shown, spoken only when it gets low, and fetches no page', async () => {
  const { say } = startStock()
  assert.deepEqual(await say({ remaining_tickets: 1_234 }), ['1,234 left', false, ''])
  assert.deepEqual(await say({ remaining_tickets: 11 }), ['11 left', false, ''])
  assert.deepEqual(await say({ remaining_tickets: 10 }), ['Only 10 left', false, 'Only 10 left'])
  assert.deepEqual(await say({ remaining_tickets: 9 }), ['Only 9 left', false, 'Only 10 left'])
  await pass(60_000)
  assert.equal(fetched, 0, 'a crowd that watches a sale does not fetch its page')
})

test('another state of the sale is told at once, and the panel of that state fetched', async () => {
  const { say } = startStock()
  page.sale = 'on_sale'
  assert.deepEqual(await say({ sale: 'sold_out', remaining_tickets: 0, held_tickets: 7 }), ['7 may come back', false, '7 may come back']) // prettier-ignore
  await pass(1_500)
  assert.deepEqual([fetched, swapped], [1, 0], 'the page is not that new')
  page.sale = 'sold_out'
  await pass(1_000)
  assert.deepEqual([fetched, swapped], [2, 1])
  assert.deepEqual(await say({ sale: 'paused' }), ['Paused', false, '7 may come back'])
  await pass(10_000)
  const spoken = (await say({ sale: 'paused' }))[2]
  assert.equal(spoken, 'Paused', 'one thing is spoken after the other')
})

test('what the panel says in full already is not said beside it', async () => {
  const paused = startStock({ sale: 'paused' })
  assert.deepEqual(await paused.say({ sale: 'paused' }), ['', true, ''])
  const { say } = startStock({ sale: 'sold_out', left: '0', wordsSoldOut: 'They appear here' })
  const gone = { sale: 'sold_out', remaining_tickets: 0 }
  assert.deepEqual(await say(gone), ['They appear here', false, ''], 'what becomes of the page')
  const held = { sale: 'sold_out', remaining_tickets: 0, held_tickets: 3 }
  assert.deepEqual(await say(held), ['3 may come back', false, ''], 'what the panel cannot know')
})

test('an opening that is moved brings another panel, and one that is only written otherwise none', async () => {
  const opens = '2030-06-02T10:00:00Z'
  page = { sale: 'not_started', opens, isOpen: false }
  const { say } = startStock({ sale: 'not_started', opens })
  await say({ sale: 'not_started', on_sale_at: '2030-06-02T10:00:00.000Z' })
  await pass(60_000)
  assert.equal(fetched, 0)
  await say({ sale: 'not_started', on_sale_at: '2030-06-03T10:00:00.000Z' })
  await pass(1_500)
  assert.deepEqual([fetched, swapped], [1, 0], 'the page is not that new')
  page.opens = '2030-06-03T10:00:00Z'
  await pass(1_000)
  assert.deepEqual([fetched, swapped], [2, 1])
})

test('a ticket type that is gone cannot be chosen, until some come back', async () => {
  const { say, note, radio } = startStock()
  for (const [left, words, isGone] of [
    [6, '', false],
    [5, 'Only 5', false],
    [0, 'Sold out', true],
    [1, 'Only 1', false],
  ] as const) {
    await say({ ticket_types: [{ id: 3, remaining_tickets: left }, { id: 4, remaining_tickets: 0 }] }) // prettier-ignore
    assert.deepEqual([note.textContent, radio.disabled], [words, isGone])
  }
})

function startCountdown(opens: string, { isConnected = true, now = after(0) } = {}) {
  const [shown, spoken] = [textElement(), textElement()]
  const element = {
    isConnected,
    dataset: {
      ...{ event: nameOfEvent(), now, opens },
      ...{ wordsLeft: 'in {time}', wordsOpening: 'opening' },
    },
    querySelector: (selector: string) => (selector.includes('shown') ? shown : spoken),
  }
  saleCountdown(element)
  return { element, shown, spoken }
}

const after = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()

test('a countdown that has left the page, or counts to nothing, fetches nothing', async () => {
  startCountdown(after(5), { isConnected: false })
  startCountdown('')
  await pass(60_000)
  assert.equal(fetched, 0)
})

test('a countdown ends at its time and brings the form, again when it did not come', async () => {
  page.isOpen = false
  const { element, shown, spoken } = startCountdown(after(30))
  await pass(29_500)
  assert.deepEqual([shown.textContent, fetched], ['in 1 second', 0], 'not before its time')
  await pass(500)
  assert.deepEqual([shown.textContent, spoken.textContent], ['opening', 'opening'])
  const { writes } = spoken
  await pass(1_000)
  assert.equal(fetched, 0, 'a crowd that waits for one moment comes over some seconds')
  await pass(500)
  assert.equal(fetched, 1)
  await pass(120_000)
  assert.equal(spoken.writes, writes, 'it is said once')
  assert.ok(fetched > 8, 'it was tried again')
  assert.ok(fetched < 40, `fetched ${fetched} times in two minutes`)
  page.isOpen = true
  await pass(60_000)
  assert.ok(swapped > 0, 'the form has come')
  element.isConnected = false
})

test('a countdown speaks when there is something to prepare for, and not to who has just come', async () => {
  const { element, spoken } = startCountdown(after(62))
  assert.equal(spoken.textContent, '')
  await pass(3_000)
  assert.equal(spoken.textContent, 'in 1 minute')
  await pass(30_000)
  assert.equal(spoken.textContent, 'in 1 minute')
  await pass(20_000)
  assert.equal(spoken.textContent, 'in 10 seconds')
  element.isConnected = false
})

test('an opening that is put off is counted to anew', async () => {
  page.isOpen = false
  const { element, shown } = startCountdown(after(2))
  await pass(2_000)
  assert.equal(shown.textContent, 'opening')
  hear({ data: JSON.stringify({ at: new Date().toISOString(), on_sale_at: after(3_600) }) })
  assert.match(shown.textContent, /^in (1 hour|59 minutes)/)
  for (let n = 0; n < 5; n += 1)
    hear({ data: JSON.stringify({ at: after(0), on_sale_at: after(60) }) })
  const { writes } = shown
  await pass(1_000)
  assert.ok(shown.writes - writes <= 2, `${shown.writes - writes} times in a second`)
  element.isConnected = false
})

// Last, since what is learnt of the clock of the shop stays.
test('a countdown goes by the clock of the shop', () => {
  const { element, shown } = startCountdown(after(3_630), { now: after(3_600) })
  assert.equal(shown.textContent, 'in 30 seconds')
  element.isConnected = false
})
