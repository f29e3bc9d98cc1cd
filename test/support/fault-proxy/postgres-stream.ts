/**
 * As much of PostgreSQL's protocol (version 3, without TLS) as it takes to tell which statement a
 * reply belongs to, so that exactly this one can be lost. One statement at a time on a connection,
 * which is how the driver sends them.
 */
import type { Ending } from './link.ts'

export interface LossPlan {
  /** `call`: it never reaches the server. `reply`: it is carried out, and nobody hears of it. */
  what: 'call' | 'reply'
  /** Found in the statement's text or name; a bound statement is known by what was parsed. */
  of: RegExp
  /** Only when the server says that this is what it did, e.g. `/^COMMIT$/`. */
  tag?: RegExp
  how?: Ending
}

/** What becomes of bytes that arrived: passed on (perhaps none yet), or lost with the connection. */
export type Fate = { pass: Buffer } | { lost: Ending }

const TYPE_BYTES = 1
const LENGTH_BYTES = 4
const SSL_REQUEST = 80_877_103
const NOTHING = Buffer.alloc(0)

export class PostgresStream {
  readonly #plans: { loss: LossPlan | undefined }
  readonly #fromClient = new Framing({ startsUntyped: true })
  readonly #fromServer = new Framing({ startsUntyped: false })
  /** Texts of the statements that were parsed, by name; the unnamed one is ''. */
  readonly #statements = new Map<string, string>()
  /** The plan that waits for a reply, and what came of the reply so far. */
  #awaited: { plan: LossPlan; held: Buffer[]; tags: string[] } | undefined

  /** @param plans Shared with other connections; the one that carries a plan out takes it away. */
  constructor(plans: { loss: LossPlan | undefined }) {
    this.#plans = plans
  }

  toServer(chunk: Buffer): Fate {
    for (const { type, body } of this.#fromClient.take(chunk)) {
      const statement = this.#statementOf(type, body)
      const plan = this.#plans.loss
      if (statement === undefined || plan?.of.test(statement) !== true) continue
      // The driver sends parse, bind and execute in one write, which is lost as a whole.
      this.#plans.loss = undefined
      if (plan.what === 'call') return { lost: plan.how ?? 'reset' }
      this.#awaited = { plan, held: [], tags: [] }
    }
    return { pass: chunk }
  }

  toClient(chunk: Buffer): Fate {
    const messages = this.#fromServer.take(chunk)
    const awaited = this.#awaited
    if (awaited === undefined) return { pass: chunk }
    awaited.held.push(chunk)
    for (const { type, body } of messages) {
      if (type === 'C') awaited.tags.push(cString(body, 0))
      // Ready for the next statement: what was to be committed is.
      if (type !== 'Z') continue
      this.#awaited = undefined
      const { plan, tags, held } = awaited
      if (plan.tag === undefined || tags.some((tag) => plan.tag?.test(tag))) {
        return { lost: plan.how ?? 'reset' }
      }
      this.#plans.loss ??= plan
      return { pass: Buffer.concat(held) }
    }
    return { pass: NOTHING }
  }

  /** The text that is about to be run, when this message says so. */
  #statementOf(type: string, body: Buffer): string | undefined {
    if (type === 'Q') return cString(body, 0)
    if (type === 'P') {
      const name = cString(body, 0)
      this.#statements.set(name, `${name} ${cString(body, Buffer.byteLength(name) + 1)}`)
      return undefined
    }
    if (type !== 'B') return undefined
    const portal = cString(body, 0)
    return this.#statements.get(cString(body, Buffer.byteLength(portal) + 1))
  }
}

interface Message {
  type: string
  body: Buffer
}

/** Puts messages together from chunks. */
class Framing {
  #rest: Buffer = NOTHING
  #isTyped: boolean

  constructor({ startsUntyped }: { startsUntyped: boolean }) {
    this.#isTyped = !startsUntyped
  }

  /** @throws Error when the connection wants TLS, inside which nothing can be read. */
  take(chunk: Buffer): Message[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const messages: Message[] = []
    for (;;) {
      // Only the first message of a client has no type.
      const typeBytes = this.#isTyped ? TYPE_BYTES : 0
      const headBytes = typeBytes + LENGTH_BYTES
      if (this.#rest.length < headBytes) return messages
      const end = typeBytes + this.#rest.readUInt32BE(typeBytes)
      if (this.#rest.length < end) return messages
      const type = this.#isTyped ? this.#rest.toString('latin1', 0, TYPE_BYTES) : ''
      const body = this.#rest.subarray(headBytes, end)
      if (type === '' && body.readUInt32BE(0) === SSL_REQUEST) {
        throw new Error('The fault proxy cannot look into TLS: connect with sslmode=disable.')
      }
      messages.push({ type, body })
      this.#isTyped = true
      this.#rest = this.#rest.subarray(end)
    }
  }
}

function cString(bytes: Buffer, from: number): string {
  return bytes.toString('utf8', from, bytes.indexOf(0, from))
}
