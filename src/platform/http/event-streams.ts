/**
 * Answers that stay open: server-sent events, as browsers read them with EventSource. What is sent to
 * many is one buffer for all of them. Whoever does not read is cut off before much of it piles up, and
 * comes back by itself; a stop ends all streams first, so that it waits for none.
 */
import { randomInt } from 'node:crypto'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../kernel/errors.ts'
import { networkOf } from './network.ts'

export interface StreamLimits {
  /** Of this process. */
  streams: number
  /** Many people share an address, and every browser opens one for each page that it shows. */
  streamsPerAddress: number
}

export const STREAM_LIMITS: StreamLimits = { streams: 10_000, streamsPerAddress: 100 }

/** What may wait for a reader who is slow. The newest event says all that there is to say. */
const WAITING_BYTES_MAX = 64 * 1024
/** More often than proxies and our own server give up a connection on which nothing moves. */
const HEARTBEAT_MS = 20_000
const HEARTBEAT = Buffer.from(':\n\n')
/** How long browsers wait before they come back, each another time, so that they come one by one. */
const RETRY_MS = { min: 2_000, max: 6_000 }
/** After so many are written to, others have their turn. */
const WRITES_AT_ONCE = 128
const FULL_RETRY_SECONDS = 30

export class EventStreams {
  readonly #limits: StreamLimits
  readonly #open = new Set<ServerResponse>()
  readonly #byAddress = new Map<string, number>()
  #heartbeat: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(limits: StreamLimits = STREAM_LIMITS) {
    this.#limits = limits
  }

  get count(): number {
    return this.#open.size
  }

  /**
   * Takes the answer out of the framework's hands and begins a stream with it.
   * @param onEnd Called once, however the stream ends.
   * @throws AppError `unavailable` when there are too many, or the server stops.
   */
  open(request: FastifyRequest, reply: FastifyReply, onEnd: () => void): ServerResponse {
    const address = networkOf(request.ip)
    const ofAddress = this.#byAddress.get(address) ?? 0
    const { streams, streamsPerAddress } = this.#limits
    const isFull = this.#open.size >= streams || ofAddress >= streamsPerAddress
    const response = reply.raw
    // Who went away meanwhile would never be heard of again.
    if (isFull || this.#isClosed || response.destroyed) {
      throw new AppError('unavailable', { retryAfterSeconds: FULL_RETRY_SECONDS })
    }
    reply.hijack()
    this.#open.add(response)
    this.#byAddress.set(address, ofAddress + 1)
    this.#heartbeat ??= setInterval(() => {
      void this.send(this.#open, HEARTBEAT)
    }, HEARTBEAT_MS).unref()
    response.once('close', () => {
      this.#forget(response, address)
      onEnd()
    })
    // Its end is the end of the connection, so that a buffer goes out as it is, in one write.
    response.useChunkedEncodingByDefault = false
    response.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies that collect answers before they pass them on would hold it back for ever.
      'x-accel-buffering': 'no',
    })
    response.write(`retry: ${randomInt(RETRY_MS.min, RETRY_MS.max)}\n\n`)
    return response
  }

  /** Sends one frame to many, in portions, and cuts off who has not read the ones before. */
  async send(receivers: Iterable<ServerResponse>, frame: Buffer): Promise<void> {
    let written = 0
    for (const response of receivers) {
      if (response.writableLength > WAITING_BYTES_MAX) response.destroy()
      else if (!response.writableEnded && !response.destroyed) response.write(frame)
      written += 1
      if (written % WRITES_AT_ONCE === 0) await nextTurn()
    }
  }

  /** Ends all of them, and opens no more. Nobody is waited for who does not read. */
  close(): void {
    this.#isClosed = true
    for (const response of this.#open) {
      if (response.writableLength > 0) response.destroy()
      else response.end()
    }
  }

  #forget(response: ServerResponse, address: string): void {
    this.#open.delete(response)
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left > 0) this.#byAddress.set(address, left)
    else this.#byAddress.delete(address)
    if (this.#open.size > 0) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = undefined
  }
}

/** One event as it goes over the wire. @param data In one line. */
export const eventFrame = (id: string, data: string): Buffer =>
  Buffer.from(`id: ${id}\ndata: ${data}\n\n`)
