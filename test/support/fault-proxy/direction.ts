/** One direction of a connection: a queue of bytes, each due at a time, in order. */
import type { Socket } from 'node:net'
import type { Conditions } from './proxy.ts'

type Item = { dueAt: number; what: Buffer | 'end' | 'reset' }

/** Beyond this the source is not read, so that it feels a slow link as it would a real one. */
const QUEUED_BYTES_MAX = 32 * 1024
/** A slow link lets bytes through in pieces of this many seconds. */
const PIECE_SECONDS = 0.05

export interface DirectionOptions {
  source: Socket
  sink: Socket
  conditions: Readonly<Conditions>
  random: () => number
}

export class Direction {
  /** Bytes taken in; whoever plans a cut sets it to zero. */
  passed = 0
  readonly #options: DirectionOptions
  readonly #queue: Item[] = []
  #queuedBytes = 0
  #lastDueAt = 0
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  #onEmpty: (() => void) | undefined

  constructor(options: DirectionOptions) {
    this.#options = options
    options.sink.on('drain', () => {
      this.wake()
    })
  }

  /** Takes bytes in, or an end that follows them. */
  push(what: Buffer | 'end' | 'reset'): void {
    if (this.#isStopped) return
    const { delayMs, jitterMs, bytesPerSecond } = this.#options.conditions
    const arrival = performance.now() + delayMs + this.#options.random() * jitterMs
    if (typeof what === 'string') {
      this.#enqueue(Math.max(arrival, this.#lastDueAt), what)
    } else {
      this.passed += what.length
      const pieceBytes = Math.max(1, Math.floor(bytesPerSecond * PIECE_SECONDS))
      for (let at = 0; at < what.length; at += pieceBytes) {
        const piece = what.subarray(at, at + pieceBytes)
        const transferMs = (piece.length / bytesPerSecond) * 1000
        this.#enqueue(Math.max(arrival, this.#lastDueAt) + transferMs, piece)
      }
    }
    if (this.#queuedBytes > QUEUED_BYTES_MAX) this.#options.source.pause()
    this.wake()
  }

  /** Delivers what is due, and comes back for the rest. */
  wake(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { sink, source, conditions } = this.#options
    while (!this.#isStopped && conditions.flow !== 'stalled' && !sink.writableNeedDrain) {
      const item = this.#queue[0]
      if (item === undefined) break
      const waitMs = item.dueAt - performance.now()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.wake()
        }, waitMs)
        return
      }
      this.#queue.shift()
      this.#deliver(item.what)
    }
    if (this.#queue.length === 0) {
      const onEmpty = this.#onEmpty
      this.#onEmpty = undefined
      onEmpty?.()
    }
    if (this.#queuedBytes <= QUEUED_BYTES_MAX && source.isPaused()) source.resume()
  }

  /** Calls once when nothing is queued. */
  whenEmpty(call: () => void): void {
    this.#onEmpty = call
    this.wake()
  }

  /** Delivers nothing more; what still arrives is read and dropped. */
  stop(): void {
    this.#isStopped = true
    this.#queue.length = 0
    clearTimeout(this.#timer)
    this.#options.source.resume()
  }

  #enqueue(dueAt: number, what: Item['what']): void {
    this.#lastDueAt = dueAt
    this.#queue.push({ dueAt, what })
    if (typeof what !== 'string') this.#queuedBytes += what.length
  }

  #deliver(what: Item['what']): void {
    const { sink } = this.#options
    if (what === 'end') {
      sink.end()
    } else if (what === 'reset') {
      reset(sink)
    } else {
      this.#queuedBytes -= what.length
      if (sink.writable) sink.write(what)
    }
  }
}

/**
 * RST and nothing before it. Node's `resetAndDestroy` sends a FIN first, after which some peers no
 * longer look for the reset; what it sets does the rest by itself. A unix socket knows no reset.
 */
export function reset(socket: Socket): void {
  const isTcp = socket.remoteAddress !== undefined
  if (isTcp) (socket as Socket & { resetAndClosing: boolean }).resetAndClosing = true
  socket.destroy()
}
