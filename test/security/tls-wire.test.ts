/** What a shop with a certificate agrees to, over real connections. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type SecureVersion, type TLSSocket, connect, createServer, getCiphers } from 'node:tls'
import { type TlsPair, loadTls } from '../../src/platform/tls.ts'
import { type TestApp, startApp } from '../support/app.ts'

const YEAR_SECONDS = 31_536_000

let app: TestApp
let port: number
let dataDir: string
let pair: TlsPair
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'box-office-tls-wire-'))
  const options = {
    certPath: undefined,
    keyPath: undefined,
    selfSigned: true,
    hosts: ['127.0.0.1'],
  }
  pair = (await loadTls({ ...options, dataDir })) as TlsPair
  app = await startApp({ dataDir, args: ['--tls', 'self-signed'] })
  port = Number(new URL(await app.listen()).port)
})
after(async () => {
  await app[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

/** What a client that takes only these gets; undefined when the server refuses. */
async function agreed(
  at: number,
  offer: { version: SecureVersion; ciphers?: string },
): Promise<{ protocol: string | null; cipher: string } | undefined> {
  const { version, ciphers = 'ALL' } = offer
  let socket: TLSSocket
  try {
    socket = connect({
      ...{ port: at, host: '127.0.0.1', rejectUnauthorized: false },
      ...{ minVersion: version, maxVersion: version },
      // Our side must not be what refuses.
      ciphers: `${ciphers}:@SECLEVEL=0`,
    })
  } catch {
    return undefined
  }
  const outcome = await Promise.race([
    once(socket, 'secureConnect').then(() => ({
      protocol: socket.getProtocol(),
      cipher: socket.getCipher().standardName,
    })),
    once(socket, 'close').then(() => undefined),
  ]).catch(() => undefined)
  socket.destroy()
  return outcome
}

const OLD = getCiphers()
  .map((name) => name.toUpperCase())
  .filter((name) => !name.startsWith('TLS_'))

test('the control: a server that takes everything takes old versions and weak suites', async () => {
  const server = createServer({ ...pair, minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = (server.address() as { port: number }).port
  assert.equal((await agreed(at, { version: 'TLSv1' }))?.protocol, 'TLSv1')
  assert.ok(
    await agreed(at, { version: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }),
    'it takes a suite without authenticated encryption',
  )
  server.close()
})

test('TLS 1.2 and 1.3 are spoken, nothing older', async () => {
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    assert.equal(await agreed(port, { version }), undefined, version)
  }
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    assert.equal((await agreed(port, { version }))?.protocol, version)
  }
})

test('of all suites only those with forward secrecy and authenticated encryption are taken', async () => {
  const taken: string[] = []
  for (const ciphers of OLD) {
    const { cipher } = (await agreed(port, { version: 'TLSv1.2', ciphers })) ?? {}
    if (cipher !== undefined) taken.push(cipher)
  }
  assert.ok(OLD.length > 30, 'OLD.length > 30')
  assert.deepEqual([...new Set(taken)].sort(), [
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  ])
})

test('browsers are told for a year to come only over HTTPS, by pages and answers alike', async () => {
  for (const path of ['/', '/api/v1/events', '/api/v1/orders', '/nothing', '/docs/errors']) {
    const sent = request({ port, host: '127.0.0.1', path, rejectUnauthorized: false, agent: false })
    sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.resume()
    const header = String(answer.headers['strict-transport-security'])
    assert.ok(Number(/max-age=(\d+)/.exec(header)?.[1]) >= YEAR_SECONDS, `${path}: ${header}`)
  }
})

test('cookies of a shop over HTTPS are never sent without it', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/sign-out',
    headers: {
      host: 'shop',
      origin: 'https://shop',
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: '',
  })
  const cookies = [answer.headers['set-cookie'] ?? []].flat().map(String)
  assert.ok(cookies.length > 0, 'it clears the session')
  for (const cookie of cookies) assert.match(cookie, /^__Host-.*; HttpOnly; Secure/)
})

test('plain HTTP at the port of HTTPS gets no answer, and harms nobody', async () => {
  const socket = connectPlain({ port, host: '127.0.0.1' })
  let received = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString()
  })
  socket.write('GET /livez HTTP/1.1\r\nHost: shop\r\n\r\n')
  await once(socket, 'close')
  assert.doesNotMatch(received, /HTTP\/1\.1 200/)
  assert.ok(await agreed(port, { version: 'TLSv1.3' }), 'the next one is served')
})
