/** Stands between a shop and its PostgreSQL, and loses answers on purpose. */
import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'
import type pg from 'pg'
import { socketPathIn } from '../../src/platform/embedded-postgres/socket-dir.ts'

export interface DatabaseProxy extends AsyncDisposable {
  /** `DATABASE_URL` for the shop. */
  url: string
  /**
   * The next call of place_orders reaches the server and is carried out, but its answer is lost
   * together with the connection.
   */
  loseNextAnswer: () => void
  /** The next call of place_orders is lost before it reaches the server. */
  loseNextCall: () => void
  /** How many were lost so far. */
  lost: () => number
}

/** @param target A server on a unix socket, as the embedded one is. */
export async function startDatabaseProxy(
  target: pg.ClientConfig & { database: string },
): Promise<DatabaseProxy> {
  let plan: 'answer' | 'call' | undefined
  let lost = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(socketPathIn(target.host ?? ''))
    let losesAnswer = false
    const cut = () => {
      lost += 1
      client.destroy()
      upstream.destroy()
    }
    client.on('data', (chunk) => {
      if (plan !== undefined && chunk.includes('place_orders')) {
        const what = plan
        plan = undefined
        if (what === 'call') {
          cut()
          return
        }
        losesAnswer = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      // The server has committed when it answers.
      if (losesAnswer) cut()
      else client.write(chunk)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `postgresql://${target.user ?? 'postgres'}@127.0.0.1:${port}/${target.database}`,
    loseNextAnswer: () => {
      plan = 'answer'
    },
    loseNextCall: () => {
      plan = 'call'
    },
    lost: () => lost,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
