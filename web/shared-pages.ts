/**
 * Pages that are the same for everybody who is not signed in: rendered at most once a second each,
 * however many ask, packed once, and sent in front of the framework while they are at hand.
 *
 * What somebody changes in this process shows at once, and what is sold within two or three seconds.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../src/kernel/clock.ts'
import type { FrontDesk } from '../src/platform/http/front-desk.ts'
import { chooseEncoding } from './content-encoding.ts'
import type { RenderedPage } from './send-page.ts'
import { SharedPage } from './shared-page.ts'
import { type Visitor, isAtThisMachine } from './visitor.ts'

const AGE_MAX_MS = 1_000
/** Until then it is sent while its successor is made, so that nobody waits for that. */
const STALE_MAX_MS = 2_000
/** Some hundred kilobytes each, packed and not. */
const PAGES_MAX = 500
/** Ways to ask for them: browsers differ in what they say of themselves. */
const ASKED_MAX = 5_000
const ASKED_LENGTH_MAX = 600

interface Kept {
  route: string
  render: () => Promise<RenderedPage>
  madeAt: number
  /** What it was rendered from is older than any later change. */
  changes: number
  page: Promise<SharedPage>
  /** The page, once it is there. */
  ready: SharedPage | undefined
  /** Its successor is being made, or could not be made. */
  isReplaced: boolean
}

export class SharedPages {
  readonly #changes: () => number
  readonly #clock: Clock
  readonly #pages = new LRUCache<string, Kept>({ max: PAGES_MAX })
  /** Which page is meant by a request exactly as it was sent. */
  readonly #asked = new LRUCache<string, string>({ max: ASKED_MAX })

  /** @param options.changes Rises when somebody changes what pages show. */
  constructor(options: { changes: () => number; clock: Clock }) {
    this.#changes = options.changes
    this.#clock = options.clock
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
    const known = this.#known(key)
    if (known !== undefined) return await known.page
    const kept = this.#make(route, render)
    this.#pages.set(key, kept)
    try {
      return await kept.page
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
    const ready = key === undefined ? undefined : this.#known(key)?.ready
    return ready?.atHand(chooseEncoding(request.headers['accept-encoding']))
  }

  /** A page that may be sent. When it is a second old, its successor is made while it is sent on. */
  #known(key: string): Kept | undefined {
    const kept = this.#pages.get(key)
    if (kept?.changes !== this.#changes()) return undefined
    const ageMs = this.#clock() - kept.madeAt
    if (ageMs > STALE_MAX_MS) return undefined
    if (ageMs > AGE_MAX_MS && !kept.isReplaced) void this.#replace(key, kept)
    return kept
  }

  async #replace(key: string, kept: Kept): Promise<void> {
    kept.isReplaced = true
    const next = this.#make(kept.route, kept.render)
    try {
      const [before, page] = await Promise.all([kept.page, next.page])
      // Those who wait at the desk find it packed.
      await Promise.all(before.encodings().map(async (encoding) => await page.answer(encoding)))
      this.#pages.set(key, next)
    } catch {
      // It is tried again for who asks when the old one is too old, and who is told.
    }
  }

  #make(route: string, render: () => Promise<RenderedPage>): Kept {
    const page = render().then((rendered) => new SharedPage(route, rendered))
    const kept: Kept = {
      ...{ route, render, page, ready: undefined, isReplaced: false },
      madeAt: this.#clock(),
      changes: this.#changes(),
    }
    page.then(
      (ready) => {
        kept.ready = ready
      },
      () => undefined,
    )
    return kept
  }
}

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
