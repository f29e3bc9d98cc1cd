/**
 * Tells the shop: each event is sent until it is taken, at least once, in no promised order, a few at
 * a time. What was not taken when the simulator stopped is sent after its next start.
 */
import { createHmac } from 'node:crypto'
import { Agent, request as requestHttp } from 'node:http'
import { Agent as TlsAgent, request as requestHttps } from 'node:https'
import type { Logger } from 'pino'
import type { Change, SimulatorEvent } from './books.ts'
import type { FaultHit, FaultRule, Faults } from './faults.ts'
import { type AuthenticationUrl, eventJson } from './stripe-json.ts'

const AT_A_TIME = 4
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
/** As Stripe: then it is given up. */
const GIVE_UP_MS = 3 * 24 * 3_600_000
const ANSWER_MAX_MS = 10_000

export interface WebhookOptions {
  secret: string
  /** Undefined while there is nobody to tell. */
  url: () => string | undefined
  faults: Faults
  logger: Logger
  authenticationUrl: AuthenticationUrl
  onSettled: (settled: NonNullable<Change['settled']>) => void
}

interface Errand {
  event: SimulatorEvent
  tries: number
  faults: ReadonlyMap<FaultRule['kind'], FaultHit>
}

export class Webhooks implements AsyncDisposable {
  readonly #options: WebhookOptions
  readonly #agents = {
    'http:': new Agent({ keepAlive: true }),
    'https:': new TlsAgent({ keepAlive: true }),
  }
  readonly #ready: Errand[] = []
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #aborted = new AbortController()
  /** What a fault puts behind the next one. */
  #heldBack: (() => void)[] = []

  constructor(options: WebhookOptions) {
    this.#options = options
  }

  /** Sends an event for the first time, with whatever is to go wrong. */
  send(event: SimulatorEvent): void {
    const { object, type } = event
    const faults = this.#options.faults.strike({
      eventType: type,
      paymentMethod: 'payment_method' in object ? (object.payment_method ?? undefined) : undefined,
      orderId: object.metadata['order_id'],
    })
    if (faults.has('webhook_lost')) {
      this.#options.onSettled({ event: event.id, how: 'lost' })
      return
    }
    const copies = faults.get('webhook_duplicate')?.copies ?? 1
    const delayMs = (faults.get('webhook_delay')?.seconds ?? 0) * 1_000
    const reorder = faults.get('webhook_reorder')
    for (let copy = 0; copy < copies; copy++) {
      const errand = { event, tries: 0, faults }
      if (reorder !== undefined) this.#holdBack(errand, reorder.seconds * 1_000)
      else if (delayMs > 0) this.#later(errand, delayMs)
      else this.#now(errand)
    }
  }

  /** Sends one more copy, now. @returns The status it was answered with; 0 for no answer. */
  async sendAgain(event: SimulatorEvent): Promise<number> {
    return await this.#post(event, this.#options.secret)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#ready.length = 0
    this.#aborted.abort()
    await Promise.all(this.#underWay)
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  #now(errand: Errand): void {
    this.#ready.push(errand)
    while (this.#underWay.size < AT_A_TIME && this.#ready.length > 0) {
      const work = this.#work().finally(() => this.#underWay.delete(work))
      this.#underWay.add(work)
    }
  }

  #later(errand: Errand, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#now(errand)
    }, ms)
    this.#timers.add(timer)
  }

  /** Until another event was taken, or for so long. */
  #holdBack(errand: Errand, ms: number): void {
    const release = () => {
      if (!this.#timers.delete(timer)) return
      clearTimeout(timer)
      this.#now(errand)
    }
    const timer = setTimeout(release, ms)
    this.#timers.add(timer)
    this.#heldBack.push(release)
  }

  async #work(): Promise<void> {
    for (let errand = this.#ready.shift(); errand !== undefined; errand = this.#ready.shift()) {
      await this.#deliver(errand)
    }
  }

  async #deliver(errand: Errand): Promise<void> {
    const { event, faults } = errand
    const { secret, logger, onSettled } = this.#options
    const isForged = errand.tries === 0 && faults.has('webhook_bad_signature')
    const status = await this.#post(event, isForged ? `not ${secret}` : secret)
    if (this.#aborted.signal.aborted) return
    if (status >= 200 && status < 300) {
      onSettled({ event: event.id, how: 'delivered' })
      const heldBack = this.#heldBack
      this.#heldBack = []
      for (const release of heldBack) release()
      return
    }
    if (Date.now() - event.created * 1_000 > GIVE_UP_MS) {
      logger.warn({ event: event.id, status }, 'webhook given up')
      onSettled({ event: event.id, how: 'given_up' })
      return
    }
    logger.debug({ event: event.id, status }, 'webhook not taken')
    this.#later(errand, Math.min(FIRST_PAUSE_MS * 2 ** errand.tries, LONGEST_PAUSE_MS))
    errand.tries++
  }

  async #post(event: SimulatorEvent, secret: string): Promise<number> {
    const url = this.#options.url()
    if (url === undefined) return 0
    const body = JSON.stringify(eventJson(event, this.#options.authenticationUrl))
    const isTls = url.startsWith('https:')
    const options = {
      method: 'POST',
      agent: this.#agents[isTls ? 'https:' : 'http:'],
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'stripe-signature': signatureOf(body, secret),
        'user-agent': 'Stripe/1.0 (payment simulator)',
      },
      timeout: ANSWER_MAX_MS,
      signal: this.#aborted.signal,
    }
    return await new Promise((resolve) => {
      const outgoing = (isTls ? requestHttps : requestHttp)(url, options, (answer) => {
        answer.resume()
        // The connection is free again at the end of the answer, and so is the next one's turn.
        answer.once('close', () => resolve(answer.complete ? (answer.statusCode ?? 0) : 0))
      })
      outgoing.once('timeout', () => outgoing.destroy())
      outgoing.once('error', () => resolve(0))
      outgoing.end(body)
    })
  }
}

/** As the `stripe` client checks it: an HMAC over the time and the bytes of the body. */
function signatureOf(body: string, secret: string): string {
  const time = Math.floor(Date.now() / 1_000)
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  return `t=${time},v1=${signature}`
}
