/** Reads HTTP/1.1 answers off a socket: just what the shop sends, and nothing else. */
export interface HttpAnswer {
  status: number
  body: string
  retryAfterSeconds: number | undefined
  /** The server will close the connection. */
  isLast: boolean
}

const HEAD_END = '\r\n\r\n'
const NOTHING = Buffer.alloc(0)

/** One per connection; answers come one at a time, as requests go. */
export interface ResponseReader {
  /**
   * @param wantsBody Reading a body that nobody looks at costs time.
   * @returns The answer, once all of it is there.
   * @throws Error when it is no answer that this understands.
   */
  read: (chunk: Buffer, wantsBody: boolean) => HttpAnswer | undefined
}

export function createResponseReader(): ResponseReader {
  let bytes: Buffer = NOTHING
  let head: Head | undefined
  return {
    read(chunk, wantsBody) {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
      head ??= readHead(bytes)
      if (head === undefined || bytes.length < head.length + head.bodyLength) return undefined
      const { length, bodyLength, ...answer } = head
      if (bytes.length > length + bodyLength) throw new Error('more came than one answer')
      const body = wantsBody ? bytes.toString('utf8', length) : ''
      bytes = NOTHING
      head = undefined
      return { ...answer, body }
    },
  }
}

interface Head extends Omit<HttpAnswer, 'body'> {
  length: number
  bodyLength: number
}

function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf(HEAD_END)
  if (end === -1) return undefined
  const text = bytes.toString('latin1', 0, end)
  const status = Number(text.slice(9, 12))
  const bodyLength = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
  if (!text.startsWith('HTTP/1.1 ') || bodyLength === undefined) {
    throw new Error(`an answer without a length: ${text.slice(0, 40)}`)
  }
  const retryAfter = /\r\nretry-after: *(\d+)/i.exec(text)?.[1]
  return {
    status,
    length: end + HEAD_END.length,
    bodyLength: Number(bodyLength),
    retryAfterSeconds: retryAfter === undefined ? undefined : Number(retryAfter),
    isLast: /\r\nconnection: *close/i.test(text),
  }
}
