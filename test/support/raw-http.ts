/** HTTP to the byte, for requests that no client library sends and answers that none shows. */
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'

export interface RawAnswer {
  status: number
  /** By lower-case name; a repeated one is joined. */
  headers: Record<string, string>
  body: string
}

/** A server that does not close when it should is a fault of its own. */
const CLOSE_MAX_MS = 10_000

/** Sends bytes as they are and reads until the server closes. */
export async function sendRaw(port: number, text: string | Buffer): Promise<RawAnswer[]> {
  const socket = connect({ port, host: '127.0.0.1' })
  const received: Buffer[] = []
  socket.on('data', (chunk: Buffer) => received.push(chunk))
  // The rest of what is too long may meet a closed door.
  socket.on('error', () => undefined)
  socket.setTimeout(CLOSE_MAX_MS, () => socket.destroy(new Error('the connection was not closed')))
  socket.write(text)
  await once(socket, 'close')
  return readAnswers(Buffer.concat(received))
}

/** All answers in what one connection received; none of them to HEAD. */
export function readAnswers(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = bytes
  while (rest.length > 0) {
    const read = readAnswer(rest, 'at its end')
    if (read === undefined) throw new Error(`half an answer: ${rest.toString().slice(0, 200)}`)
    answers.push(read.answer)
    rest = rest.subarray(read.length)
  }
  return answers
}

/** @returns Undefined when more has to arrive first. */
function readAnswer(
  bytes: Buffer,
  connection: 'open' | 'at its end',
  isHead = false,
): { answer: RawAnswer; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1])
  if (Number.isNaN(status)) throw new Error(`not the beginning of an answer: ${statusLine}`)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  const start = headEnd + 4
  const isBare = isHead || status === 204 || status === 304 || status < 200
  const size = isBare ? 0 : sizeOf(headers, bytes.length - start, connection)
  if (bytes.length < start + size) return undefined
  const body = bytes.toString('utf8', start, start + size)
  return { answer: { status, headers, body }, length: start + size }
}

function sizeOf(headers: Record<string, string>, rest: number, connection: string): number {
  const length = headers['content-length']
  if (length !== undefined) return Number(length)
  return connection === 'open' ? Number.POSITIVE_INFINITY : rest
}

/** One connection for many requests, one after the other. Opens another when the server closed. */
export class RawClient implements Disposable {
  readonly #port: number
  #socket: Socket | undefined
  #received: Buffer = Buffer.alloc(0)
  /** Set by who waits for the next bytes. */
  #wake: (() => void) | undefined

  constructor(port: number) {
    this.#port = port
  }

  /** @throws Error when the connection ends without an answer, or holds more than one. */
  async send(request: Buffer, options: { isHead?: boolean } = {}): Promise<RawAnswer> {
    const socket = this.#open()
    socket.write(request)
    for (;;) {
      const connection = socket.readableEnded || socket.destroyed ? 'at its end' : 'open'
      const read = readAnswer(this.#received, connection, options.isHead)
      if (read !== undefined) {
        this.#received = this.#received.subarray(read.length)
        if (read.answer.status < 200) continue
        const rest = this.#received.toString('latin1')
        const closes = read.answer.headers['connection'] === 'close'
        if (rest !== '' || closes) this[Symbol.dispose]()
        // What cannot be read is answered without knowing that it was HEAD, so with a body.
        if (rest !== '' && !(closes && options.isHead === true && !/^HTTP\//m.test(rest))) {
          throw new Error(`more than one answer to one request: ${rest.slice(0, 200)}`)
        }
        return read.answer
      }
      if (connection === 'at its end') {
        this[Symbol.dispose]()
        throw new Error('the connection was dropped without an answer')
      }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #open(): Socket {
    if (this.#socket?.writable === true) return this.#socket
    this[Symbol.dispose]()
    const socket = connect({ port: this.#port, host: '127.0.0.1' })
    socket.setNoDelay(true)
    socket.setTimeout(CLOSE_MAX_MS, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      if (socket !== this.#socket) return
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake?.()
    })
    // Told by the end of the connection, with whatever came before.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#wake?.())
    this.#socket = socket
    return socket
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy()
    this.#socket = undefined
    this.#received = Buffer.alloc(0)
  }
}
