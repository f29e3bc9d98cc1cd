/** Reads server-sent events as EventSource would, and tells what it was sent. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'

export interface StreamEvent {
  id: string
  data: string
}

export interface OpenStream {
  status: number
  headers: IncomingMessage['headers']
  /** All that came, the oldest first. */
  events: StreamEvent[]
  /** Of an answer that is no stream. */
  text: () => string
  isOver: () => boolean
  /** Reads nothing more. */
  pause: () => void
  /** Goes away. */
  leave: () => void
}

/** Opens a stream on a connection of its own. @returns When the head of the answer is there. */
export async function openStream(
  url: string,
  headers: Record<string, string> = {},
): Promise<OpenStream> {
  const asking: ClientRequest = request(url, {
    agent: false,
    headers: { accept: 'text/event-stream', ...headers },
  })
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.on('response', resolve).on('error', reject).end()
  })
  const events: StreamEvent[] = []
  let received = ''
  let rest = ''
  let isOver = false
  answer.setEncoding('utf8').on('data', (text: string) => {
    received += text
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => splitOnce(line)))
      const data = fields.get('data')
      if (data !== undefined) events.push({ id: fields.get('id') ?? '', data })
    }
  })
  const end = () => {
    isOver = true
  }
  answer.on('close', end).on('error', end)
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    events,
    text: () => received,
    isOver: () => isOver,
    pause: () => {
      answer.pause()
      answer.socket.pause()
    },
    leave: () => {
      asking.destroy()
    },
  }
}

function splitOnce(line: string): [string, string] {
  const colon = line.indexOf(': ')
  return [line.slice(0, colon), line.slice(colon + 2)]
}
