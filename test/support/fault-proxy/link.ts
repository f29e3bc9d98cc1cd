/** One connection through the fault proxy: two directions, and what ends them. */
import type { Socket } from 'node:net'
import { Direction, reset } from './direction.ts'
import { type LossPlan, PostgresStream } from './postgres-stream.ts'
import type { Conditions } from './proxy.ts'

/** RST, which loses what was on its way, or FIN. */
export type Ending = 'reset' | 'end'

export interface CutPlan {
  direction: 'toClient' | 'toServer'
  /** Let through before the cut; the byte after them is not. */
  bytes: number
  how?: Ending
}

export interface LinkOptions {
  client: Socket
  server: Socket
  protocol: 'bytes' | 'postgres'
  conditions: Readonly<Conditions>
  /** Shared by all links of a proxy: the first that carries a plan out takes it away. */
  plans: { cut: CutPlan | undefined; loss: LossPlan | undefined }
  random: () => number
  onLanded: () => void
  onGone: () => void
}

export class Link {
  readonly #options: LinkOptions
  readonly #toServer: Direction
  readonly #toClient: Direction
  readonly #postgres: PostgresStream | undefined
  /** Something of it was swallowed, so it will never make sense again. */
  #isSilent = false
  #isCut = false

  constructor(options: LinkOptions) {
    this.#options = options
    const { client, server, conditions, random, plans } = options
    this.#toServer = new Direction({ source: client, sink: server, conditions, random })
    this.#toClient = new Direction({ source: server, sink: client, conditions, random })
    if (options.protocol === 'postgres') this.#postgres = new PostgresStream(plans)
    client.on('data', (chunk) => {
      this.#arrived('toServer', chunk)
    })
    server.on('data', (chunk) => {
      this.#arrived('toClient', chunk)
    })
    for (const [socket, onward] of [
      [client, this.#toServer],
      [server, this.#toClient],
    ] as const) {
      socket.on('end', () => {
        if (!this.#staysSilent()) onward.push('end')
      })
      socket.on('error', () => {
        if (!this.#staysSilent()) onward.push('reset')
      })
      socket.on('close', () => {
        if (client.destroyed && server.destroyed) options.onGone()
        else if (!this.#staysSilent() && !socket.readableEnded) onward.push('reset')
      })
    }
  }

  /** Conditions have changed. */
  wake(): void {
    this.#toServer.wake()
    this.#toClient.wake()
  }

  countFromHere(): void {
    this.#toServer.passed = 0
    this.#toClient.passed = 0
  }

  cut(how: Ending): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#options.onLanded()
    const { client, server } = this.#options
    for (const direction of [this.#toServer, this.#toClient]) direction.stop()
    for (const socket of [client, server]) {
      if (how === 'reset') reset(socket)
      else socket.end(() => socket.destroy())
    }
  }

  halfClose(side: 'client' | 'server'): void {
    this.#options.onLanded()
    // What the other side still sends cannot be delivered any more.
    ;(side === 'client' ? this.#toClient : this.#toServer).stop()
    this.#options[side].end()
  }

  /** From now on nothing goes through, for good, and nobody hears of it. */
  silence(): void {
    if (!this.#isSilent) this.#options.onLanded()
    this.#isSilent = true
  }

  /** Ends what is left of a connection whose client gave up while nothing went through. */
  endIfForgotten(): void {
    if (this.#isSilent && this.#options.client.destroyed) reset(this.#options.server)
  }

  destroy(): void {
    for (const direction of [this.#toServer, this.#toClient]) direction.stop()
    this.#options.client.destroy()
    this.#options.server.destroy()
  }

  #arrived(to: CutPlan['direction'], chunk: Buffer): void {
    if (this.#isCut) return
    if (this.#staysSilent()) {
      this.silence()
      return
    }
    const { conditions, random } = this.#options
    if (conditions.resetRate > 0 && random() < conditions.resetRate) {
      this.cut('reset')
      return
    }
    const verdict = this.#postgres?.[to](chunk) ?? { pass: chunk }
    if ('lost' in verdict) this.cut(verdict.lost)
    else this.#passOrCut(to, verdict.pass)
  }

  #passOrCut(to: CutPlan['direction'], chunk: Buffer): void {
    const direction = to === 'toServer' ? this.#toServer : this.#toClient
    const { plans } = this.#options
    const plan = plans.cut
    if (plan?.direction !== to || direction.passed + chunk.length <= plan.bytes) {
      direction.push(chunk)
      return
    }
    plans.cut = undefined
    const how = plan.how ?? 'reset'
    direction.push(chunk.subarray(0, plan.bytes - direction.passed))
    // A reset overtakes what is still in the kernel's buffers, so the bytes are let go first.
    direction.whenEmpty(() => setImmediate(() => this.cut(how)))
  }

  #staysSilent(): boolean {
    return this.#isSilent || this.#options.conditions.flow === 'swallowed'
  }
}
