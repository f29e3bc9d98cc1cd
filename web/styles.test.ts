import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { packageRoot } from '../src/platform/package-root.ts'
import { stylesheet } from './assets.ts'

const web = new URL('web/', packageRoot)
const folder = new URL('styles/', web)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

/** The colours of a scheme; the dark one changes some of the light one's. */
function colours(scheme: 'light' | 'dark'): Map<string, string> {
  const [light = '', dark = ''] = read('tokens.css').split('@media (prefers-color-scheme: dark)')
  const text = scheme === 'light' ? light : light + dark
  return new Map(
    [...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6});/g)].map(([, name = '', value = '']) => [
      name,
      value.length === 4 ? value.replace(/[0-9a-f]/g, '$&$&') : value,
    ]),
  )
}

/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((place) => {
    const channel = Number.parseInt(colour.slice(place, place + 2), 16) / 255
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const TEXT_MIN = 4.5
/** Borders of controls, and the ring of the focus. */
const SHAPE_MIN = 3

const TEXT: readonly (readonly [text: string, grounds: readonly string[]])[] = [
  ['ink', ['paper', 'card', 'panel', 'bad-wash', 'good-wash', 'info-wash']],
  ['muted', ['paper', 'card', 'panel']],
  ['bad', ['paper', 'panel']],
  ['on-accent', ['accent', 'accent-strong']],
  ['on-stage', ['stage']],
  ['on-stage-muted', ['stage']],
]
const SHAPES: typeof TEXT = [
  ['edge', ['paper', 'card', 'panel']],
  ['focus', ['paper', 'card']],
  ['accent', ['stage']],
  ['bad', ['paper', 'bad-wash']],
  ['good', ['good-wash']],
]

for (const scheme of ['light', 'dark'] as const) {
  test(`text and controls stand out in the ${scheme} scheme`, () => {
    const known = colours(scheme)
    for (const [pairs, least] of [
      [TEXT, TEXT_MIN],
      [SHAPES, SHAPE_MIN],
    ] as const) {
      for (const [front, grounds] of pairs) {
        for (const ground of grounds) {
          const [one, other] = [known.get(front), known.get(ground)]
          assert.ok(one !== undefined && other !== undefined, `${front} and ${ground} are colours`)
          const ratio = contrast(one, other)
          assert.ok(ratio >= least, `${front} on ${ground} has ${ratio.toFixed(2)}`)
        }
      }
    }
  })
}

test('every style sheet is sent', () => {
  const sent = stylesheet.bytes.toString()
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.css'))) {
    const rule = /^ {2,4}(\.[\w-]+)/m.exec(read(name))?.[1]
    if (rule !== undefined) assert.ok(sent.includes(rule), name)
  }
})

test('nothing depends on the direction of writing', () => {
  const physical = /^\s*(margin|padding|border|inset)?-?(left|right|width|height)\s*:/m
  assert.doesNotMatch(stylesheet.bytes.toString(), physical)
})

test('no rule is for what no page has', () => {
  const sources = readdirSync(web, { recursive: true })
    .map(String)
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name))
    .map((name) => readFileSync(new URL(name, web), 'utf8'))
    .join('\n')
  const rules = stylesheet.bytes.toString().replace(/"data:[^"]*"/g, '')
  const names = new Set([...rules.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name = '']) => name))
  assert.ok(names.size > 100, 'there are rules')
  const unused = [...names].filter((name) => {
    const isNamed = new RegExp(`["'\`\\s.]${name}["'\`\\s$\\]:]`).test(sources)
    // `notice-${tone}`
    const isMadeUp = [...name.matchAll(/-/g)].some(({ index }) =>
      sources.includes(`${name.slice(0, index + 1)}\${`),
    )
    return !isNamed && !isMadeUp
  })
  assert.deepEqual(unused, [])
})
