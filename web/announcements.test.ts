import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announcer } from './announcements.ts'

/** A page of one region, and a clock that is moved by hand. */
function page() {
  let time = 1_000
  const waiting: { run: () => void; at: number }[] = []
  const said: string[] = []
  const region = {
    isConnected: true,
    get textContent() {
      return said.at(-1) ?? ''
    },
    set textContent(text: string) {
      said.push(text)
    },
  }
  return {
    region,
    said,
    announce: announcer({
      everyMs: 10_000,
      now: () => time,
      later: (run, ms) => waiting.push({ run, at: time + ms }),
    }),
    pass: (ms: number) => {
      time += ms
      for (const { run, at } of waiting.splice(0)) {
        if (at <= time) run()
        else waiting.push({ run, at })
      }
    },
  }
}

test('the first is said at once, and of those that come too soon the last', () => {
  const { region, said, announce, pass } = page()
  announce(region, 'Only 9 left')
  announce(region, 'Sold out')
  pass(5_000)
  announce(region, 'Only 2 left')
  pass(4_999)
  assert.deepEqual(said, ['Only 9 left'])
  pass(1)
  assert.deepEqual(said, ['Only 9 left', 'Only 2 left'])
  announce(region, 'Sold out')
  pass(9_999)
  assert.equal(said.length, 2, 'what waited was said at a time of its own')
  pass(1)
  assert.deepEqual(said, ['Only 9 left', 'Only 2 left', 'Sold out'])
  pass(20_000)
  announce(region, 'On sale')
  assert.equal(said.at(-1), 'On sale', 'after a silence nothing waits')
})

test('nothing is said twice, nor in a part of the page that is gone', () => {
  const { region, said, announce, pass } = page()
  announce(region, 'Only 9 left')
  announce(region, 'On sale')
  announce(region, 'Only 9 left')
  pass(10_000)
  assert.deepEqual(said, ['Only 9 left'])
  announce(region, 'Sold out')
  assert.deepEqual(said, ['Only 9 left', 'Sold out'])
  announce(region, 'On sale')
  region.isConnected = false
  pass(10_000)
  assert.deepEqual(said, ['Only 9 left', 'Sold out'])
})
