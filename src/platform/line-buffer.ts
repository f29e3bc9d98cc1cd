/**
 * Gathers lines of text as bytes and hands them on a few dozen at a time. pino's own stream gathers
 * them as one string, which it measures from the start at every line.
 */

export interface LineBufferOptions {
  /** How many bytes leave together, about. */
  bytes: number
  /** Afterwards they leave however few they are. */
  waitMaxMs: number
  /** Takes the bytes over; they are not touched again. */
  send: (bytes: Buffer) => void
}

/** The most bytes that one UTF-16 unit of a string becomes in UTF-8. */
const BYTES_PER_UNIT = 3

/** A stream for pino. */
export class LineBuffer {
  readonly #options: LineBufferOptions
  #buffer: Buffer
  #used = 0

  constructor(options: LineBufferOptions) {
    this.#options = options
    this.#buffer = Buffer.allocUnsafeSlow(options.bytes)
    setInterval(() => {
      this.flush()
    }, options.waitMaxMs).unref()
  }

  write(line: string): void {
    if (this.#used + line.length * BYTES_PER_UNIT > this.#buffer.length) this.flush()
    if (line.length * BYTES_PER_UNIT > this.#buffer.length) this.#options.send(Buffer.from(line))
    else this.#used += this.#buffer.write(line, this.#used)
  }

  /** Hands on what is there. */
  flush(): void {
    if (this.#used === 0) return
    const bytes = this.#buffer.subarray(0, this.#used)
    this.#buffer = Buffer.allocUnsafeSlow(this.#options.bytes)
    this.#used = 0
    this.#options.send(bytes)
  }
}
