/** A page that many get, as it is sent: packed in each way when that is asked for first. */
import { createHash } from 'node:crypto'
import type { ReadyAnswer } from '../src/platform/http/front-desk.ts'
import { type Encoding, encode } from './content-encoding.ts'
import { type RenderedPage, SHARED, VARY } from './send-page.ts'

export class SharedPage {
  readonly #answers = new Map<Encoding, ReadyAnswer>()
  readonly #packing = new Map<Encoding, Promise<ReadyAnswer>>()
  readonly #route: string
  readonly #rendered: RenderedPage
  readonly #html: Buffer
  readonly #etag: string

  constructor(route: string, rendered: RenderedPage) {
    this.#route = route
    this.#rendered = rendered
    this.#html = Buffer.from(rendered.html)
    this.#etag = tagOf(withoutNonce(rendered))
  }

  /** The answer, if it has been packed so already. */
  atHand(encoding: Encoding): ReadyAnswer | undefined {
    return this.#answers.get(encoding)
  }

  /** Those that somebody asked for. */
  encodings(): Encoding[] {
    return [...this.#packing.keys()]
  }

  async answer(encoding: Encoding): Promise<ReadyAnswer> {
    let packing = this.#packing.get(encoding)
    if (packing === undefined) {
      packing = this.#pack(encoding)
      this.#packing.set(encoding, packing)
    }
    return await packing
  }

  async #pack(encoding: Encoding): Promise<ReadyAnswer> {
    const answer: ReadyAnswer = {
      ...{ route: this.#route, kind: 'page', etag: this.#etag },
      bytes: await encode(this.#html, encoding),
      // Weak: the same page in other bytes, whatever its packing and the nonce of its scripts.
      headers: [
        'etag',
        `W/${this.#etag}`,
        'cache-control',
        SHARED,
        'vary',
        `${VARY}, Accept-Encoding`,
      ],
      // With 304 the browser keeps the policy that came with the bytes it has, and their nonce.
      contentHeaders: [
        ...['content-security-policy', this.#rendered.policy],
        ...['content-type', 'text/html; charset=utf-8'],
        ...(encoding === 'identity' ? [] : ['content-encoding', encoding]),
      ],
    }
    this.#answers.set(encoding, answer)
    return answer
  }
}

/** The same page is known again under another nonce. */
function withoutNonce({ html, policy }: RenderedPage): string {
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
  return nonce === undefined ? html : html.replaceAll(nonce, '')
}

const tagOf = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
