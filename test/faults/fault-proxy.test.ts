/** The fault proxy does what it says, over real sockets: what is tested with it rests on that. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { suite, test } from 'node:test'
import pg from 'pg'
import { createDatabase } from '../support/database.ts'
import {
  type FaultProxy,
  startFaultProxy,
  targetOf,
  urlThrough,
} from '../support/fault-proxy/proxy.ts'

/** A server that answers every byte with itself, a proxy before it, and a client. */
async function startEcho() {
  const seen: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    seen.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => socket.write(chunk))
    socket.on('end', () => socket.end('bye'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const proxy = await startFaultProxy({ target: { host: '127.0.0.1', port } })
  return {
    proxy,
    seen,
    port,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      for (const socket of seen) socket.destroy()
      server.close()
    },
  }
}

/** What a client sees of its connection. */
class Peer {
  readonly socket: Socket
  received = ''
  ended = false
  failure: string | undefined

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    this.socket.setEncoding('utf8')
    this.socket.on('data', (text: string) => (this.received += text))
    this.socket.on('end', () => (this.ended = true))
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.failure = error.code))
  }

  async sees(condition: (peer: Peer) => boolean): Promise<void> {
    const deadline = performance.now() + 5_000
    while (!condition(this)) {
      assert.ok(performance.now() < deadline, `waited in vain; received: ${this.received}`)
      await sleep(2)
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}

suite('bytes', { concurrency: true }, () => {
  test('without faults everything goes through, in order, and ends are handed on', async () => {
    await using echo = await startEcho()
    using peer = new Peer(echo.proxy.port)
    const text = 'x'.repeat(300_000) + '!'
    peer.socket.end(text)
    await peer.sees(({ ended }) => ended)
    assert.equal(peer.received, `${text}bye`)
    assert.equal(peer.failure, undefined)
    assert.equal(echo.proxy.landed(), 0)
    await settled(() => echo.proxy.connections() === 0)
  })

  test('a delay with jitter is felt in both directions and keeps the order', async () => {
    await using echo = await startEcho()
    echo.proxy.set({ delayMs: 40, jitterMs: 30 })
    using peer = new Peer(echo.proxy.port)
    const startedAt = performance.now()
    for (let n = 0; n < 10; n += 1) {
      peer.socket.write(`${n} `)
      await turn()
    }
    await peer.sees(({ received }) => received.length >= 20)
    assert.ok(performance.now() - startedAt >= 80, 'it came back sooner than two delays')
    assert.equal(peer.received, '0 1 2 3 4 5 6 7 8 9 ')
  })

  test('a limited rate takes its time', async () => {
    await using echo = await startEcho()
    echo.proxy.set({ bytesPerSecond: 100_000 })
    using peer = new Peer(echo.proxy.port)
    const startedAt = performance.now()
    peer.socket.write('y'.repeat(30_000))
    await peer.sees(({ received }) => received.length === 30_000)
    // Half of it may be on its way back while the rest still comes.
    assert.ok(performance.now() - startedAt >= 290, 'it was faster than its rate')
  })

  test('a stall holds everything back, ends too, and healing delivers it', async () => {
    await using echo = await startEcho()
    using peer = new Peer(echo.proxy.port)
    peer.socket.write('before ')
    await peer.sees(({ received }) => received === 'before ')
    echo.proxy.set({ flow: 'stalled' })
    peer.socket.end('during ')
    await sleep(60)
    assert.equal(peer.received, 'before ')
    assert.equal(peer.ended, false)
    echo.proxy.heal()
    await peer.sees(({ ended }) => ended)
    assert.equal(peer.received, 'before during bye')
  })

  test('a black hole says nothing, keeps its connection silent, and heals for new ones', async () => {
    await using echo = await startEcho()
    using peer = new Peer(echo.proxy.port)
    peer.socket.write('before ')
    await peer.sees(({ received }) => received === 'before ')
    echo.proxy.set({ flow: 'swallowed' })
    peer.socket.write('gone ')
    using late = new Peer(echo.proxy.port)
    await once(late.socket, 'connect')
    late.socket.write('gone too')
    await settled(() => echo.proxy.landed() === 2)
    echo.proxy.heal()
    peer.socket.write('still gone')
    using fresh = new Peer(echo.proxy.port)
    fresh.socket.write('through')
    await fresh.sees(({ received }) => received === 'through')
    for (const each of [peer, late]) {
      assert.equal(each.ended, false)
      assert.equal(each.failure, undefined)
    }
    assert.deepEqual([peer.received, late.received], ['before ', ''])
    // The server is not told either that its client gives up.
    peer.socket.destroy()
    await sleep(30)
    assert.equal(echo.seen[0]?.readableEnded, false)
    assert.equal(echo.seen[0].destroyed, false)
  })

  test('a reset is a reset on both sides', async () => {
    await using echo = await startEcho()
    using peer = new Peer(echo.proxy.port)
    peer.socket.write('one')
    await peer.sees(({ received }) => received === 'one')
    const told = once(echo.seen[0] as Socket, 'error')
    echo.proxy.cutAll('reset')
    await peer.sees(({ failure }) => failure === 'ECONNRESET')
    assert.equal(((await told)[0] as NodeJS.ErrnoException).code, 'ECONNRESET')
    assert.equal(echo.proxy.landed(), 1)
    await settled(() => echo.proxy.connections() === 0)
  })

  test('resets by chance follow the seed', async () => {
    const survived = async (): Promise<number> => {
      await using echo = await startEcho()
      echo.proxy.set({ resetRate: 0.1 })
      using peer = new Peer(echo.proxy.port)
      for (let n = 0; n < 100; n += 1) {
        peer.socket.write('a')
        await peer.sees(({ received, failure }) => received.length > n || failure !== undefined)
        if (peer.failure !== undefined) return n
      }
      return 100
    }
    const first = await survived()
    assert.ok(first < 100, 'nothing was reset')
    assert.equal(await survived(), first)
  })

  test('half-closed, one side is told of the end and is still heard', async () => {
    await using echo = await startEcho()
    using peer = new Peer(echo.proxy.port)
    peer.socket.write('one')
    await peer.sees(({ received }) => received === 'one')
    let heard = ''
    echo.seen[0]?.on('data', (chunk) => (heard += chunk.toString()))
    echo.proxy.halfCloseAll('client')
    await peer.sees(({ ended }) => ended)
    peer.socket.write('two')
    await settled(() => heard === 'two')
    assert.equal(peer.received, 'one')
    assert.equal(peer.failure, undefined)
  })

  test('a cut after N bytes lets exactly N through, in the chosen direction, once', async () => {
    await using echo = await startEcho()
    using peer = new Peer(echo.proxy.port)
    peer.socket.write('12345')
    await peer.sees(({ received }) => received === '12345')
    echo.proxy.cutAfter({ direction: 'toClient', bytes: 3 })
    peer.socket.write('abcdef')
    // Node takes a reset that comes together with the last bytes for an end.
    await peer.sees(({ failure, ended }) => failure === 'ECONNRESET' || ended)
    assert.equal(peer.received, '12345abc')

    echo.proxy.cutAfter({ direction: 'toServer', bytes: 2, how: 'end' })
    using other = new Peer(echo.proxy.port)
    other.socket.write('abcdef')
    await other.sees(({ ended }) => ended)
    assert.equal(other.failure, undefined)
    assert.equal(echo.seen[1]?.bytesRead, 2)

    using last = new Peer(echo.proxy.port)
    last.socket.write('abcdef')
    await last.sees(({ received }) => received === 'abcdef')
    assert.equal(echo.proxy.landed(), 2)
  })

  test('a new target is where new connections go', async () => {
    await using echo = await startEcho()
    await using other = await startEcho()
    using peer = new Peer(echo.proxy.port)
    peer.socket.write('a')
    await peer.sees(({ received }) => received === 'a')
    echo.proxy.retarget({ host: '127.0.0.1', port: other.port })
    using fresh = new Peer(echo.proxy.port)
    fresh.socket.write('b')
    await fresh.sees(({ received }) => received === 'b')
    peer.socket.write('c')
    await peer.sees(({ received }) => received === 'ac')
    assert.deepEqual([echo.seen.length, other.seen.length], [1, 1])
  })
})

test('statements: the chosen one is lost before or after it was carried out, and no other', async () => {
  await using database = await createDatabase({ migrated: false })
  await using proxy = await startFaultProxy({
    target: targetOf(database.connection),
    protocol: 'postgres',
  })
  const direct = new pg.Client(database.connection)
  await direct.connect()
  await direct.query('create table said (what text)')
  const said = async () =>
    (await direct.query<{ what: string }>('select what from said order by what')).rows.map(
      ({ what }) => what,
    )
  const insert = { name: 'say', text: 'insert into said values ($1)' }

  // By the text of a bound statement that was parsed long ago.
  await connected(proxy, database.connection, async (client) => {
    await client.query({ ...insert, values: ['a'] })
    proxy.lose({ what: 'reply', of: /insert into said/, tag: /^INSERT/ })
    await client.query('select 1')
    await assert.rejects(client.query({ ...insert, values: ['b'] }), /ECONNRESET|terminated/)
  })
  assert.deepEqual(await said(), ['a', 'b'])

  await connected(proxy, database.connection, async (client) => {
    proxy.lose({ what: 'call', of: /^say / })
    await assert.rejects(client.query({ ...insert, values: ['c'] }), /ECONNRESET|terminated/)
  })
  assert.deepEqual(await said(), ['a', 'b'])

  // A commit that turned into a rollback is not the one that was meant.
  await connected(proxy, database.connection, async (client) => {
    proxy.lose({ what: 'reply', of: /^commit$/, tag: /^COMMIT$/ })
    await client.query('begin')
    await assert.rejects(client.query('select 1/0'), /division by zero/)
    assert.equal((await client.query('commit')).command, 'ROLLBACK')
    await client.query('begin')
    await client.query({ ...insert, values: ['d'] })
    await assert.rejects(client.query('commit'), /ECONNRESET|terminated/)
  })
  assert.deepEqual(await said(), ['a', 'b', 'd'])
  assert.equal(proxy.landed(), 3)
  await direct.end()
})

async function connected(
  proxy: FaultProxy,
  connection: pg.ClientConfig,
  body: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client(urlThrough(proxy, connection))
  client.on('error', () => undefined)
  await client.connect()
  try {
    await body(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function settled(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'waited in vain')
    await sleep(2)
  }
}
