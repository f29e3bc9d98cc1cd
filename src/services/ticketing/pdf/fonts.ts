/**
 * Fonts for every script, from npm packages of Fontsource. Each package has its font in slices by
 * character, and says which character is in which, so that only the slices that a text needs are
 * read.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { invariant } from '../../../kernel/invariant.ts'
import { unpackFont } from './unpack-font.ts'

const require = createRequire(import.meta.url)

/** `plain` for what is read, `bold` for what counts, `display` for the name of the event. */
export type Weight = 'plain' | 'bold' | 'display'

interface Family {
  name: string
  weights: Record<Weight, number>
  /** The slice with everything, in a package that says nothing of slices. */
  onlySlice?: string
}

const oneWeight = { plain: 400, bold: 400, display: 400 }
const boldToo = { plain: 400, bold: 700, display: 800 }

/** The first that has a character draws it; the last has nearly all, as a terminal would show them. */
const FAMILIES: readonly Family[] = [
  { name: 'roboto-condensed', weights: boldToo },
  { name: 'noto-sans-arabic', weights: boldToo },
  { name: 'noto-sans-hebrew', weights: boldToo },
  { name: 'noto-sans-thai', weights: boldToo },
  { name: 'noto-sans-devanagari', weights: boldToo },
  { name: 'sawarabi-gothic', weights: oneWeight },
  { name: 'gowun-dodum', weights: oneWeight },
  { name: 'unifontex', weights: oneWeight, onlySlice: 'latin' },
]

/** A slice of a font: the end of its address in its package. */
export type FontFile = string

/** Slices that were read, for the next document. */
const opened = new Map<FontFile, Buffer>()

/** @returns The font as pdfkit takes it. */
export function readFont(file: FontFile): Buffer {
  let font = opened.get(file)
  if (font === undefined) {
    font = unpackFont(readFileSync(require.resolve(`@fontsource/${file}`)))
    opened.set(file, font)
  }
  return font
}

/** Slices that may have a character, the best first; `isIn` tells whether one really has it. */
export function findFont(
  codePoint: number,
  weight: Weight,
  isIn: (font: FontFile, codePoint: number) => boolean,
): FontFile {
  for (const family of slicedFamilies()) {
    for (const { name, ranges } of family.slices) {
      if (!ranges.some(([from, to]) => codePoint >= from && codePoint <= to)) continue
      const file = fileOf(family, name, weight)
      if (isIn(file, codePoint)) return file
    }
  }
  // A box, from the font of everything else.
  return plainFont(weight)
}

/** The font of Latin letters. */
export function plainFont(weight: Weight): FontFile {
  const [family] = FAMILIES
  invariant(family !== undefined, 'there is a font')
  return fileOf(family, 'latin', weight)
}

function fileOf({ name, weights }: Family, slice: string, weight: Weight): FontFile {
  return `${name}/files/${name}-${slice}-${weights[weight]}-normal.woff`
}

type Range = readonly [from: number, to: number]

interface SlicedFamily extends Family {
  slices: { name: string; ranges: Range[] }[]
}

let sliced: SlicedFamily[] | undefined

function slicedFamilies(): SlicedFamily[] {
  sliced ??= FAMILIES.map((family) => ({ ...family, slices: slicesOf(family) }))
  return sliced
}

function slicesOf({ name, onlySlice }: Family): SlicedFamily['slices'] {
  if (onlySlice !== undefined) return [{ name: onlySlice, ranges: [[0, 0x10ffff]] }]
  const path = require.resolve(`@fontsource/${name}/unicode.json`)
  const slices = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  return Object.entries(slices).map(([slice, text]) => ({
    // Numbered slices are written `[12]` there and `12` in the names of files.
    name: slice.replace(/[[\]]/g, ''),
    ranges: text.split(',').map(rangeOf),
  }))
}

/** `U+0460-052F`, `U+2116` or `U+4??` */
function rangeOf(text: string): Range {
  const [from = '', to = from] = text.replace(/^U\+/i, '').split('-')
  return [
    Number.parseInt(from.replaceAll('?', '0'), 16),
    Number.parseInt(to.replaceAll('?', 'F'), 16),
  ]
}
