/** The poster of an event as a file, for previews of links: what shows those draws no SVG. */
import { LRUCache } from 'lru-cache'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import sharp from 'sharp'
import { type PosterSubject, posterNodes } from './components/poster.tsx'

const POSTER_CARD_SIZE = { width: 1200, height: 630 } as const

/** Some twenty kilobytes each. */
const KEPT_MAX = 200
/** A poster has four colours; the others are the edges between them. */
const COLOURS = 32

/** Draws each once, and one after another: whoever asks for many does not take the machine. */
export class PosterCards {
  readonly #kept = new LRUCache<string, Promise<Buffer>>({ max: KEPT_MAX })
  #last: Promise<unknown> = Promise.resolve()

  /** @returns A PNG file of 1200x630. */
  async find({ id, category }: PosterSubject): Promise<Buffer> {
    const key = `${id} ${category ?? ''}`
    const kept = this.#kept.get(key)
    if (kept !== undefined) return await kept
    const card = this.#last.then(async () => await draw({ id, category }))
    this.#kept.set(key, card)
    this.#last = card.catch(() => {
      this.#kept.delete(key)
    })
    return await card
  }
}

async function draw(subject: PosterSubject): Promise<Buffer> {
  const { width, height, nodes } = posterNodes(subject, 'link')
  const svg = h(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, ...POSTER_CARD_SIZE },
    nodes,
  )
  return await sharp(Buffer.from(renderToString(svg)))
    .png({ palette: true, colours: COLOURS })
    .toBuffer()
}
