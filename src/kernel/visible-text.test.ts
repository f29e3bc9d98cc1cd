import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasVisibleCharacter, isPrintableLine } from './visible-text.ts'

const NAMES = [
  'Rock Night',
  '7',
  '!',
  '山',
  'ليلة\u200fالروك',
  'می\u200cخواهم',
  'שָׁלוֹם',
  'हिन्दी',
  'n\u0303andu\u0301',
  '👩‍👩‍👧',
  '❤️',
  '🏴\u{e0067}\u{e0062}\u{e007f}',
  '한국',
]

test('names of all the world, with what joins and composes them, are visible lines', () => {
  for (const name of NAMES) {
    assert.equal(hasVisibleCharacter(name), true, name)
    assert.equal(isPrintableLine(name), true, name)
  }
})

test('text that looks like none has nothing visible', () => {
  const invisible = ['', ' ', '\u00a0', '\u3000', '\u00ad', '\u0301', '\u034f', '\u061c', '\u115f', '\u180e', '\u200b', '\u200d', '\u200e', '\u202e', '\u2060', '\u2800', '\u3164', '\ufe0f', '\ufeff', '\uffa0', '\u{e0061}', '\n\t\0'] // prettier-ignore
  for (const text of [...invisible, invisible.join('')]) {
    assert.equal(hasVisibleCharacter(text), false, JSON.stringify(text))
  }
})

test('a line has no control characters and nothing that turns writing around', () => {
  const unprintable = ['\0', '\u001b', '\n', '\u0085', '\u2028', '\u2029', '\ud800', '\u202a', '\u202e', '\u2066', '\u2069'] // prettier-ignore
  for (const character of unprintable) {
    assert.equal(isPrintableLine(`a${character}b`), false, JSON.stringify(character))
  }
})
