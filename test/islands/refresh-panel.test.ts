/** How a buy panel is fetched anew, in a browser that is made up here and on a clock of its own. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { importIsland } from '../support/island.ts'

interface Field {
  type: string
  name: string
  value: string
  checked?: boolean
  disabled?: boolean
  options?: { value: string }[]
}
interface Options {
  waitMs: number
  isIt: (panel: { words: string }) => boolean
}

/** What the shop answers; undefined is that nobody does. */
let answers: (string | undefined)[] = []
let asked: RequestInit[] = []
let fieldsBefore: Field[] = []
/** In the panel that comes, by its selector. */
let fieldsAfter: Record<string, Field> = {}
/** Where the focus is: an element of the panel, or of the page around it. */
let focused: { id: string; isInside: boolean }
let isPanelThere = true
let shown: string[] = []
let focusedThen: string[] = []
const listeners = new Map<string, (event: object) => void>()

const panelOf = (words: string) => ({
  words,
  tabIndex: 0,
  dispatchEvent: () => shown.push(words),
  querySelector: (selector: string) =>
    selector === '#quantity' && words === 'wanted'
      ? { focus: () => focusedThen.push('quantity') }
      : (fieldsAfter[selector] ?? (selector === '#' ? assert.fail('no selector') : null)),
  focus() {
    focusedThen.push(`panel ${this.tabIndex}`)
  },
})
Object.assign(globalThis, {
  addEventListener: (type: string, listener: (event: object) => void) => {
    listeners.set(type, listener)
  },
  location: { pathname: '/events/7' },
  CSS: { escape: (text: string) => text },
  document: {
    get activeElement() {
      return focused
    },
    querySelector: () =>
      isPanelThere
        ? {
            contains: ({ isInside }: typeof focused) => isInside,
            querySelectorAll: () => fieldsBefore,
            replaceWith: () => undefined,
          }
        : null,
    importNode: (panel: object) => panel,
  },
  fetch: async (_path: string, init: RequestInit) => {
    asked.push(init)
    const words = answers.shift()
    await Promise.resolve()
    if (words === undefined) throw new TypeError('there is no network')
    return new Response(words)
  },
  DOMParser: class {
    parseFromString(words: string) {
      return { querySelector: () => (words === 'no panel' ? null : panelOf(words)) }
    }
  },
})
const { refreshPanel } = await importIsland<{
  refreshPanel: (options: Options) => Promise<void>
}>('refresh-panel')

const isIt = ({ words }: { words: string }) => words === 'wanted'

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms)
  for (let n = 0; n < 5; n += 1) await setImmediate()
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] })
  mock.method(Math, 'random', () => 0.5)
  answers = ['wanted']
  asked = []
  fieldsBefore = []
  fieldsAfter = {}
  focused = { id: '', isInside: false }
  shown = []
  focusedThen = []
  isPanelThere = true
})
afterEach(async () => {
  for (let n = 0; n < 20; n += 1) await pass(100_000)
  mock.timers.reset()
  mock.reset()
})

test('a panel comes once for all who want it, after a while and past all caches', async () => {
  const both = Promise.all([refreshPanel({ waitMs: 1_500, isIt }), refreshPanel({ waitMs: 1_500, isIt })]) // prettier-ignore
  await pass(1_499)
  assert.equal(asked.length, 0)
  await pass(1)
  await both
  assert.deepEqual(shown, ['wanted'])
  assert.deepEqual(asked, [{ headers: { accept: 'text/html' }, cache: 'no-store' }])
  answers = ['wanted']
  mock.method(Math, 'random', () => 0)
  void refreshPanel({ waitMs: 1_000, isIt })
  await pass(499)
  assert.equal(asked.length, 1)
  await pass(1)
  assert.deepEqual(shown, ['wanted', 'wanted'], 'and again when it is wanted again')
})

test('a page that is older than the news is asked for again, a few times and less and less often', async () => {
  answers = [undefined, 'no panel', 'older', 'wanted']
  void refreshPanel({ waitMs: 0, isIt })
  await pass(0)
  for (const times of [1, 2, 3]) {
    await pass(times * 1_000 - 1)
    assert.equal(asked.length, times)
    await pass(1)
    assert.equal(asked.length, times + 1)
  }
  assert.deepEqual(shown, ['wanted'])

  asked = []
  answers = Array.from({ length: 20 }, () => 'older')
  void refreshPanel({ waitMs: 0, isIt })
  for (let n = 0; n < 20; n += 1) await pass(100_000)
  assert.deepEqual([asked.length, shown], [8, ['wanted']])
})

test('a form that is on its way is left as it is, until its page is shown again', async () => {
  const send = (defaultPrevented: boolean) => listeners.get('submit')?.({ defaultPrevented })
  send(false)
  void refreshPanel({ waitMs: 0, isIt })
  await pass(0)
  assert.deepEqual(shown, [])
  listeners.get('pageshow')?.({})
  answers = ['wanted', 'wanted']
  void refreshPanel({ waitMs: 0, isIt })
  await pass(0)
  send(true)
  void refreshPanel({ waitMs: 0, isIt })
  await pass(0)
  assert.deepEqual(shown, ['wanted', 'wanted'], 'one that was held back goes nowhere')
})

test('what was chosen stays chosen where it can be had, and the key is the new one', async () => {
  const field = (type: string, name: string, value: string, more: Partial<Field> = {}): Field => ({ type, name, value, ...more }) // prettier-ignore
  const options = ['1', '2'].map((value) => ({ value }))
  fieldsBefore = [
    field('hidden', 'key', 'old'),
    field('text', '', 'typed'),
    field('radio', 'type', '1', { checked: true }),
    field('radio', 'type', '2', { checked: false }),
    field('radio', 'type', '3', { checked: true }),
    field('radio', 'type', '4', { checked: true }),
    field('select-one', 'quantity', '2'),
    field('select-one', 'rows', '5'),
    field('select-one', 'gone', '5'),
  ]
  fieldsAfter = {
    '[name="type"][value="1"]': field('radio', 'type', '1'),
    '[name="type"][value="2"]': field('radio', 'type', '2'),
    '[name="type"][value="3"]': field('radio', 'type', '3', { disabled: true }),
    'select[name="key"]': field('hidden', 'key', 'new', { options: [{ value: 'old' }] }),
    'select[name=""]': field('text', '', '', { options: [{ value: 'typed' }] }),
    'select[name="quantity"]': field('select-one', 'quantity', '1', { options }),
    'select[name="rows"]': field('select-one', 'rows', '1', { options }),
  }
  void refreshPanel({ waitMs: 0, isIt })
  await pass(0)
  const after = Object.values(fieldsAfter)
  assert.deepEqual(after.map(({ checked }) => checked === true), [true, false, false, false, false, false, false]) // prettier-ignore
  assert.deepEqual(after.map(({ value }) => value), ['1', '2', '3', 'new', '', '2', '1']) // prettier-ignore
})

test('the focus stays where it is, or comes to the panel when its place is gone', async () => {
  for (const [where, then] of [
    [{ id: 'quantity', isInside: false }, []],
    [{ id: 'quantity', isInside: true }, ['quantity']],
    [{ id: 'buy-now', isInside: true }, ['panel -1']],
    [{ id: '', isInside: true }, ['panel -1']],
  ] as const) {
    answers = ['wanted']
    focusedThen = []
    focused = where
    void refreshPanel({ waitMs: 0, isIt })
    await pass(0)
    assert.deepEqual(focusedThen, then, JSON.stringify(where))
  }
})

test('a page that has lost its panel gets none', async () => {
  isPanelThere = false
  const done = refreshPanel({ waitMs: 0, isIt })
  await pass(0)
  await done
  assert.deepEqual(shown, [])
})
