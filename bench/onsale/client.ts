/**
 * Many keep-alive connections over plain sockets. It shares its processor with the shop it loads,
 * so it does as little as it can: no pipelining, no header objects, no promise for each request.
 */
import { type Socket, connect } from 'node:net'
import { type HttpAnswer, createResponseReader } from './response.ts'

export interface Job {
  /** The request as it goes over the wire, ASCII. */
  text: string
  wantsBody: boolean
  onSent: () => void
  onAnswer: (answer: HttpAnswer) => void
  /** Nobody knows what became of it. */
  onLost: (why: 'timeout' | 'connection') => void
  /** It was taken back before it left. */
  onUnsent: () => void
}

export interface ClientOptions {
  host: string
  port: number
  connections: number
  timeoutMs: number
}

export interface Client {
  /** Sends it as soon as a connection is free, first come, first served. */
  send: (job: Job) => void
  /** Takes back what no connection was free for yet. */
  dropUnsent: () => void
  /** How many wait for a free connection. */
  readonly queued: number
  close: () => void
}

interface Connection {
  socket: Socket
  job: Job | undefined
  sentAt: number
}

const SWEEP_MS = 250
const RECONNECT_MS = 100
const QUEUE_TRIM = 1_024

/** @returns Once all connections stand. */
export async function connectClient(options: ClientOptions): Promise<Client> {
  const all = new Set<Connection>()
  /** The longest idle first: a server cuts off who opens a connection and says nothing. */
  const idle = new Set<Connection>()
  let queue: Job[] = []
  let queueHead = 0
  let isClosed = false

  const begin = (connection: Connection, job: Job): void => {
    connection.job = job
    connection.sentAt = performance.now()
    job.onSent()
    connection.socket.write(job.text, 'latin1')
  }

  const next = (connection: Connection): void => {
    const job = queue[queueHead]
    if (job === undefined) {
      idle.add(connection)
      return
    }
    queueHead += 1
    if (queueHead > QUEUE_TRIM) {
      queue = queue.slice(queueHead)
      queueHead = 0
    }
    begin(connection, job)
  }

  const lose = (connection: Connection, why: 'timeout' | 'connection'): void => {
    if (!all.delete(connection)) return
    connection.socket.destroy()
    idle.delete(connection)
    connection.job?.onLost(why)
    if (!isClosed) setTimeout(open, RECONNECT_MS)
  }

  const open = (onOpen?: () => void, onFailure?: (error: Error) => void): void => {
    if (isClosed) return
    const reader = createResponseReader()
    const socket = connect({ host: options.host, port: options.port, noDelay: true })
    const connection: Connection = { socket, job: undefined, sentAt: 0 }
    all.add(connection)
    socket.once('connect', () => {
      onOpen?.()
      next(connection)
    })
    socket.on('error', (error) => onFailure?.(error))
    socket.on('close', () => {
      lose(connection, 'connection')
    })
    socket.on('data', (chunk) => {
      const { job } = connection
      let answer: HttpAnswer | undefined
      try {
        answer = reader.read(chunk, job?.wantsBody ?? false)
      } catch {
        lose(connection, 'connection')
        return
      }
      if (answer === undefined) return
      connection.job = undefined
      job?.onAnswer(answer)
      if (answer.isLast) lose(connection, 'connection')
      else next(connection)
    })
  }

  const sweep = setInterval(() => {
    const oldest = performance.now() - options.timeoutMs
    for (const connection of all) {
      if (connection.job !== undefined && connection.sentAt < oldest) lose(connection, 'timeout')
    }
  }, SWEEP_MS)

  const close = (): void => {
    isClosed = true
    clearInterval(sweep)
    for (const connection of all) lose(connection, 'connection')
  }

  const opened = Array.from(
    { length: options.connections },
    async () =>
      await new Promise<void>((resolve, reject) => {
        open(resolve, reject)
      }),
  )
  try {
    await Promise.all(opened)
  } catch (error) {
    close()
    throw error
  }

  return {
    send(job) {
      const [connection] = idle
      if (connection === undefined) {
        queue.push(job)
        return
      }
      idle.delete(connection)
      begin(connection, job)
    },
    dropUnsent() {
      const dropped = queue.slice(queueHead)
      queue = []
      queueHead = 0
      for (const job of dropped) job.onUnsent()
    },
    get queued() {
      return queue.length - queueHead
    },
    close,
  }
}
