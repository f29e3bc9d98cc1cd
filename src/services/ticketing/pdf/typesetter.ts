/**
 * Puts text of any script on a page: finds a font for each character, turns what is written from
 * right to left, breaks lines, and makes text as large as fits its box. pdfkit draws one font in
 * one direction and breaks lines of Latin only.
 */
import bidiFactory, { type Bidi, type EmbeddingLevels } from 'bidi-js'
import { type FontFile, type Weight, findFont, plainFont, readFont } from './fonts.ts'

/** What is used of a pdfkit document. */
type Page = PDFKit.PDFDocument

export interface TextBox {
  x: number
  y: number
  width: number
  /** Without one, the text is one line. */
  height?: number
}

export interface TextStyle {
  weight: Weight
  /** In points; the text is made smaller, down to `sizeMin`, until it fits, and then cut. */
  size: number
  sizeMin?: number
  color: string
  /** Between base lines, in sizes. */
  leading?: number
  align?: 'left' | 'center'
}

/** A piece of a line that one font draws in one direction. */
interface Run {
  text: string
  font: FontFile
}

const LEADING = 1.2
/** From the top of a line to its base line, in sizes. */
const ASCENT = 0.94
const SIZE_STEP = 0.94
/** pdfkit lays out word by word unless it is told of features, and would leave words in a wrong order. */
const WHOLE_RUNS: PDFKit.Mixins.OpenTypeFeatures[] = []

/** Its types speak of a module with a default, and it is a function. */
const bidi = (bidiFactory as unknown as () => Bidi)()
const words = new Intl.Segmenter('en', { granularity: 'word' })
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What has no script of its own goes with the text around it. */
const COMMON = /^[\p{Script=Common}\p{Script=Inherited}]$/u
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u
/** Scripts that write words without spaces. */
const WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

export class Typesetter {
  readonly #page: Page
  readonly #used = new Set<FontFile>()
  readonly #glyphs = new Map<FontFile, (codePoint: number) => boolean>()
  readonly #fonts = new Map<string, FontFile>()
  readonly #widths = new Map<string, number>()

  constructor(page: Page) {
    this.#page = page
  }

  /** Draws a text into a box. @returns Where it ends, downwards. */
  draw(text: string, box: TextBox, style: TextStyle): number {
    const { size, lines } = this.#fit(text, box, style)
    const leading = (style.leading ?? LEADING) * size
    for (const [index, line] of lines.entries()) {
      const runs = this.#runsOf(line, style.weight)
      const width = this.#widthOf(runs) * size
      const left = style.align === 'center' ? box.x + (box.width - width) / 2 : box.x
      this.#drawRuns(runs, left, box.y + index * leading + ASCENT * size, size, style.color)
    }
    return box.y + lines.length * leading
  }

  #drawRuns(runs: readonly Run[], left: number, baseline: number, size: number, color: string) {
    let x = left
    for (const run of runs) {
      this.#use(run.font).fontSize(size).fillColor(color)
      const options = { lineBreak: false, features: WHOLE_RUNS, baseline: 'alphabetic' } as const
      this.#page.text(run.text, x, baseline, options)
      x += this.#widthOf([run]) * size
    }
  }

  /** The largest size at which the text fits, and its lines. */
  #fit(text: string, box: TextBox, style: TextStyle): { size: number; lines: string[] } {
    const { weight, size: largest, sizeMin = largest, leading = LEADING } = style
    const linesAt = (size: number) => this.#wrap(text, weight, box.width / size)
    const countMax = (size: number) => Math.max(1, Math.floor((box.height ?? 0) / (leading * size)))
    for (let size = largest; size > sizeMin; size *= SIZE_STEP) {
      const lines = linesAt(size)
      if (lines.length <= countMax(size)) return { size, lines }
    }
    const lines = linesAt(sizeMin)
    const count = countMax(sizeMin)
    if (lines.length <= count) return { size: sizeMin, lines }
    const last = this.#cut(lines.slice(count - 1).join(' '), weight, box.width / sizeMin)
    return { size: sizeMin, lines: [...lines.slice(0, count - 1), last] }
  }

  /** @param width In sizes. */
  #wrap(text: string, weight: Weight, width: number): string[] {
    const lines: string[] = []
    let line = ''
    const add = (piece: string) => {
      if (this.#textWidth((line + piece).trimEnd(), weight) <= width) {
        line += piece
        return true
      }
      return false
    }
    for (const piece of piecesOf(text)) {
      if (add(piece)) continue
      if (line !== '') lines.push(line.trimEnd())
      line = ''
      if (add(piece)) continue
      // A word that is longer than a line is broken where it has to be.
      for (const { segment } of letters.segment(piece)) {
        if (add(segment)) continue
        lines.push(line.trimEnd())
        line = segment
      }
    }
    lines.push(line.trimEnd())
    return lines
  }

  #cut(text: string, weight: Weight, width: number): string {
    let cut = ''
    for (const { segment } of letters.segment(text)) {
      if (this.#textWidth(`${cut}${segment}…`, weight) > width) return `${cut.trimEnd()}…`
      cut += segment
    }
    return cut
  }

  #textWidth(text: string, weight: Weight): number {
    return this.#widthOf(this.#runsOf(text, weight))
  }

  /** In sizes. */
  #widthOf(runs: readonly Run[]): number {
    let sum = 0
    for (const { text, font } of runs) {
      const key = `${font} ${text}`
      let width = this.#widths.get(key)
      if (width === undefined) {
        width = this.#use(font).fontSize(1).widthOfString(text, { features: WHOLE_RUNS })
        this.#widths.set(key, width)
      }
      sum += width
    }
    return sum
  }

  /** The pieces of one line from left to right. */
  #runsOf(line: string, weight: Weight): Run[] {
    const levels = bidi.getEmbeddingLevels(line, 'auto')
    const fonts = this.#fontsOf(line, weight)
    const runs: Run[] = []
    let place = 0
    const order = bidi.getReorderedIndices(line, levels)
    while (place < order.length) {
      const first = order[place] as number
      const isBackwards = (levels.levels[first] as number) % 2 === 1
      const step = isBackwards ? -1 : 1
      let end = place + 1
      while (
        end < order.length &&
        order[end] === (order[end - 1] as number) + step &&
        levels.levels[order[end] as number] === levels.levels[first] &&
        fonts[order[end] as number] === fonts[first]
      ) {
        end += 1
      }
      const last = order[end - 1] as number
      const text = isBackwards ? backwards(line, levels, last, first) : line.slice(first, last + 1)
      runs.push({ text, font: fonts[first] as FontFile })
      place = end
    }
    return runs
  }

  /** The font of each unit of a text; both halves of a character have the same. */
  #fontsOf(text: string, weight: Weight): FontFile[] {
    const fonts: FontFile[] = []
    let font = plainFont(weight)
    for (const character of text) {
      const codePoint = character.codePointAt(0) as number
      if (!COMMON.test(character) || !this.#isIn(font, codePoint)) {
        font = this.#fontOf(codePoint, weight)
      }
      for (let unit = 0; unit < character.length; unit += 1) fonts.push(font)
    }
    return fonts
  }

  #fontOf(codePoint: number, weight: Weight): FontFile {
    const key = `${weight} ${codePoint}`
    let font = this.#fonts.get(key)
    if (font === undefined) {
      font = findFont(codePoint, weight, (file, wanted) => this.#isIn(file, wanted))
      this.#fonts.set(key, font)
    }
    return font
  }

  /** Makes it the font of what is drawn next. */
  #use(font: FontFile): Page {
    if (!this.#used.has(font)) this.#page.registerFont(font, readFont(font))
    this.#used.add(font)
    return this.#page.font(font)
  }

  #isIn(font: FontFile, codePoint: number): boolean {
    let has = this.#glyphs.get(font)
    if (has === undefined) {
      const opened = openedFont(this.#use(font))
      has = (wanted) => opened.hasGlyphForCodePoint(wanted)
      this.#glyphs.set(font, has)
    }
    return has(codePoint)
  }
}

interface OpenedFont {
  hasGlyphForCodePoint: (codePoint: number) => boolean
}

/** pdfkit does not say which characters its current font has; fontkit, which it uses, does. */
const openedFont = (page: Page): OpenedFont =>
  (page as unknown as { _font: { font: OpenedFont } })._font.font

/**
 * A piece that is read from right to left, as fontkit wants it: in the order of reading when a
 * letter tells it the direction, else turned around already.
 */
function backwards(line: string, levels: EmbeddingLevels, from: number, to: number): string {
  const mirrored = bidi.getMirroredCharactersMap(line, levels.levels, from, to)
  let text = ''
  for (let place = from; place <= to; place += 1) text += mirrored.get(place) ?? line.charAt(place)
  return RIGHT_TO_LEFT.test(text) ? text : [...text].reverse().join('')
}

/** Where a line may end: behind spaces, and between words that are written without them. */
function piecesOf(text: string): string[] {
  return (text.match(/\S+\s*|\s+/g) ?? []).flatMap((piece) =>
    WITHOUT_SPACES.test(piece) ? [...words.segment(piece)].map(({ segment }) => segment) : [piece],
  )
}
