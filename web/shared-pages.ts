/**
 * Pages that are the same for everybody who is not signed in: rendered at most once a second each,
 * however many ask, packed once, and sent in front of the framework while they are at hand.
 *
 * What somebody changes in this process shows at once, and what is sold within a second or two.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { FrontDesk, ReadyAnswer } from '../src/platform/http/front-desk.ts'
import { type Encoding, chooseEncoding, encode } from './content-encoding.ts'
import { type RenderedPage, SHARED, VARY } from './send-page.ts'
import { type Visitor, isAtThisMachine } from './visitor.ts'

const AGE_MAX_MS = 1_000
/** Some hundred kilobytes each, packed and not. */
const PAGES_MAX = 500
/** Ways to ask for them: browsers differ in what they say of themselves. */
const ASKED_MAX = 5_000
const ASKED_LENGTH_MAX = 600

interface Kept {
  page: Promise<SharedPage>
  /** What it was rendered from is older than any later change. */
  changes: number
  /** The page, once it is there. */
  ready: SharedPage | undefined
}

/** One page as it is sent, packed when it is asked for first. */
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

export class SharedPages {
  readonly #changes: () => number
  readonly #pages: LRUCache<string, Kept>
  /** Which page is meant by a request exactly as it was sent. */
  readonly #asked = new LRUCache<string, string>({ max: ASKED_MAX })

  /** @param options.changes Rises when somebody changes what pages show. */
  constructor(options: { changes: () => number; clock: () => number }) {
    this.#changes = options.changes
    this.#pages = new LRUCache<string, Kept>({
      max: PAGES_MAX,
      ttl: AGE_MAX_MS,
      ttlResolution: 0,
      perf: { now: options.clock },
    })
  }

  /**
   * The page of a visitor who is not signed in.
   * @param render Called unless a page is there or being made that is young enough.
   * @throws What `render` throws; nothing is kept then.
   */
  async find(
    { visitor, route }: { visitor: Visitor; route: string },
    render: () => Promise<RenderedPage>,
  ): Promise<SharedPage> {
    const key = keyOf(visitor)
    const known = this.#pages.get(key)
    if (known?.changes === this.#changes()) return await known.page
    const kept: Kept = {
      page: render().then((rendered) => new SharedPage(route, rendered)),
      changes: this.#changes(),
      ready: undefined,
    }
    this.#pages.set(key, kept)
    try {
      kept.ready = await kept.page
      return kept.ready
    } catch (error) {
      if (this.#pages.peek(key) === kept) this.#pages.delete(key)
      throw error
    }
  }

  /** Notes that a request like this one, which has no session, means the page of this visitor. */
  remember({ raw, protocol, host }: FastifyRequest, visitor: Visitor): void {
    const { host: plain, 'x-forwarded-proto': proto, 'x-forwarded-host': forwarded } = raw.headers
    // Where it says it came from was not believed; the same words of a proxy's are.
    if ((proto ?? protocol) !== protocol || (forwarded ?? plain) !== host) return
    const asked = askedIn(raw)
    if (asked.length <= ASKED_LENGTH_MAX) this.#asked.set(asked, keyOf(visitor))
  }

  /** Pages that are at hand for requests that came before in the same words. */
  readonly desk: FrontDesk = (request) => {
    const { url = '' } = request
    if (!isSharedPath(url)) return undefined
    const key = this.#asked.get(askedIn(request))
    const kept = key === undefined ? undefined : this.#pages.get(key)
    if (kept?.changes !== this.#changes()) return undefined
    return kept.ready?.atHand(chooseEncoding(request.headers['accept-encoding']))
  }
}

/** The same page is known again under another nonce. */
function withoutNonce({ html, policy }: RenderedPage): string {
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
  return nonce === undefined ? html : html.replaceAll(nonce, '')
}

const tagOf = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`

/** Pages with a query are too many to be kept. */
export const isSharedPath = (url: string): boolean =>
  url === '/' || /^\/events\/\d{1,15}$/.test(url)

/** All that a page depends on besides what it shows. */
const keyOf = (visitor: Visitor): string => JSON.stringify(visitor)

/** All that a visitor is made from who has no session, see `visitorFinder`. */
function askedIn(request: IncomingMessage): string {
  const { headers, url } = request
  return JSON.stringify([
    ...[url, headers.host, headers.cookie, headers['accept-language']],
    ...[headers['x-forwarded-host'], headers['x-forwarded-proto']],
    isAtThisMachine(request),
  ])
}
