/**
 * Tokens that say where their key is, that say the same in other bytes, or that are good for
 * something else. `test/api/tokens.test.ts` has signatures, claims and algorithms.
 */
import assert from 'node:assert/strict'
import { type KeyObject, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  ALICE,
  LOGIN,
  LOGOUT,
  ME,
  REFRESH,
  REGISTER,
  assertRefused,
  cookieValue,
  cookiesOf,
  get,
  post,
  signUp,
} from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { createBuyers, createSale } from '../support/sale.ts'

type Json = Record<string, unknown>

let app: TestApp
let shopKey: KeyObject
before(async () => {
  app = await startApp()
  shopKey = createPrivateKey(await readFile(join(app.dataDir, 'auth-key.pem')))
})
after(async () => {
  await app[Symbol.asyncDispose]()
})

const encode = (text: string) => Buffer.from(text).toString('base64url')
const decode = (part = '') => Buffer.from(part, 'base64url').toString()

function partsOf(token: string): { header: Json; headerText: string; claims: Json } {
  const [head, payload] = token.split('.')
  const headerText = decode(head)
  return {
    headerText,
    header: JSON.parse(headerText) as Json,
    claims: JSON.parse(decode(payload)) as Json,
  }
}

/** A token with exactly this header, signed with any kind of key. */
function signedAs(key: KeyObject, headerPart: string, claims: Json): string {
  const text = `${headerPart}.${encode(JSON.stringify(claims))}`
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return `${text}.${sign(digest, Buffer.from(text), key).toString('base64url')}`
}

async function assertOpensNothing(token: string, what: string): Promise<void> {
  assertRefused(await get(app, ME, token), { status: 401, code: 'unauthenticated' }, what)
}

interface KeyServer extends AsyncDisposable {
  url: string
  /** How often somebody connected or asked. */
  asked: () => number
}

/** A server that gives a stranger's keys to whoever asks, and counts who does. */
async function startKeyServer(keys: object): Promise<KeyServer> {
  let count = 0
  const server = createServer((_request, response) => {
    count += 1
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(keys))
  })
  server.on('connection', () => (count += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/keys.json`,
    asked: () => count,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test('a token that brings a key, or says where one is, is refused, and nobody asks there', async () => {
  const { token } = await signUp(app)
  const { header, claims } = partsOf(token)
  const strangers = [
    ['EdDSA', generateKeyPairSync('ed25519')],
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ] as const
  for (const [alg, { privateKey, publicKey }] of strangers) {
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: header['kid'], alg, use: 'sig' }
    await using keys = await startKeyServer({ keys: [jwk] })
    const certificate = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const additions: Json[] = [
      {},
      { jwk },
      { jku: keys.url },
      { x5u: keys.url },
      { kid: keys.url },
      { x5c: [certificate] },
      { x5c: [certificate], 'x5t#S256': 'AAAA' },
      { jwk, jku: keys.url, x5u: keys.url, kid: keys.url },
    ]
    for (const addition of additions) {
      const forged = encode(JSON.stringify({ ...header, alg, ...addition }))
      await assertOpensNothing(signedAs(privateKey, forged, claims), `${alg} ${Object.keys(addition).join()}`) // prettier-ignore
      const ours = encode(JSON.stringify({ ...header, ...addition }))
      if (Object.keys(addition).length > 0) {
        await assertOpensNothing(signedAs(shopKey, ours, claims), 'signed by us')
      }
    }
    assert.equal(keys.asked(), 0, 'nobody asked for keys')
  }
})

test('a header that means ours in other bytes is not ours, though our key signed it', async () => {
  const { token } = await signUp(app)
  const { headerText, header, claims } = partsOf(token)
  const same = signedAs(shopKey, encode(headerText), claims)
  assert.equal((await get(app, ME, same)).status, 200, 'the control: to the letter it is good')
  const { alg, kid, typ } = header
  const texts = [
    ` ${headerText}`,
    `\n${headerText}`,
    `${headerText}\n`,
    `\ufeff${headerText}`,
    `${headerText}\0`,
    JSON.stringify(header, null, 1),
    JSON.stringify({ typ, kid, alg }),
    headerText.replace('"alg"', '"alg":"none","alg"'),
    headerText.replace('{', '{"alg":"HS256",'),
    headerText.replace('EdDSA', '\\u0045dDSA'),
  ]
  for (const text of texts) {
    assert.notEqual(text, headerText)
    await assertOpensNothing(signedAs(shopKey, encode(text), claims), JSON.stringify(text))
  }
  const padded = Buffer.from(headerText).toString('base64')
  for (const part of [
    `${encode(headerText)}=`,
    `${encode(headerText)} `,
    `\t${encode(headerText)}\t`,
    encode(headerText) === padded ? '' : padded,
  ]) {
    // prettier-ignore
    await assertOpensNothing(signedAs(shopKey, part, claims), `header as ${part}`)
  }
})

test('what is good for something else is no access token, and an access token for nothing else', async () => {
  const account = await signUp(app, { user_type: 'organizer' })
  await post(app, REGISTER, ALICE)
  const login = await post(app, LOGIN, { email: ALICE.email, password: ALICE.password })
  const { refresh_token, device } = cookiesOf(login)
  const [buyer] = await createBuyers(app.db, app.dataDir, 1)
  const { eventId } = await createSale(app.db, { capacity: 5 })
  const bearer = { authorization: `Bearer ${buyer?.token}` }
  const order = await post(app, '/api/v1/orders', { event_id: eventId, quantity: 2 }, bearer)
  const [ticket] = order.json<{ tickets: { ticket_code: string }[] }>().tickets
  const others = {
    'a refresh token': cookieValue(refresh_token),
    'a device': cookieValue(device),
    'a ticket': ticket?.ticket_code ?? '',
    'a number': String(account.id),
    'a password': account.password.replaceAll(' ', ''),
  }
  for (const [what, text] of Object.entries(others)) {
    assert.ok(text.length > 0, what)
    await assertOpensNothing(text, what)
  }
  const { header, claims } = partsOf(account.token)
  for (const typ of [
    'JWT',
    'refresh+jwt',
    'ticket+jwt',
    'waiting-room+jwt',
    'id+jwt',
    'dpop+jwt',
  ]) {
    // prettier-ignore
    const head = encode(JSON.stringify({ ...header, typ }))
    await assertOpensNothing(signedAs(shopKey, head, claims), typ)
  }

  assertRefused(await post(app, REFRESH, { refresh_token: account.token }), {
    status: 401,
    code: 'unauthenticated',
  })
  assert.equal((await post(app, LOGOUT, { refresh_token: account.token })).status, 204)
  assert.equal((await get(app, ME, account.token)).status, 200, 'which ended nothing')
  const page = await app.inject({
    method: 'GET',
    url: '/tickets',
    headers: { cookie: `session=${account.token}`, host: 'shop.example' },
  })
  assert.equal(page.status, 303)
})

test('remembered tokens are each their owner’s, in any order and all at once', async () => {
  const buyers = await createBuyers(app.db, app.dataDir, 40)
  for (const round of [buyers, [...buyers].reverse(), buyers]) {
    await Promise.all(
      round.map(async ({ id, token }) => {
        const answer = await get(app, ME, token)
        assert.equal(answer.json<{ id: number }>().id, id, answer.body)
      }),
    )
  }
  // What differs from a remembered one by its last letter, its case or its ends is another.
  const [one] = buyers
  const token = one?.token ?? ''
  const variants = [token.slice(0, -1), token.toLowerCase(), token.toUpperCase(), `${token}=`, `${token}\0`, `x${token}`] // prettier-ignore
  for (const variant of variants) await assertOpensNothing(variant, variant.slice(-20))
})
