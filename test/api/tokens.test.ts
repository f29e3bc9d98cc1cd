/** Access tokens that are not ours, or no longer good, open nothing (RFC 8725). */
import assert from 'node:assert/strict'
import {
  type KeyObject,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { assertRefused, get, signIn, signUp, ME } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'

type Json = Record<string, unknown>

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part: string | undefined) =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Json

function partsOf(token: string): { header: Json; claims: Json } {
  const [header, claims] = token.split('.')
  return { header: decode(header), claims: decode(claims) }
}

const shopKey = async (app: TestApp): Promise<KeyObject> =>
  createPrivateKey(await readFile(join(app.dataDir, 'auth-key.pem')))

function signed(key: KeyObject, header: Json, claims: unknown): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}

async function assertOpensNothing(app: TestApp, token: string, what: string): Promise<void> {
  assertRefused(await get(app, ME, token), { status: 401, code: 'unauthenticated' }, what)
}

test('a token has the form of RFC 9068 and is verified by the published key', async () => {
  await using app = await startApp()
  const account = await signUp(app, { user_type: 'organizer' })
  const { header, claims } = partsOf(account.token)
  const jwks = (await get(app, '/.well-known/jwks.json')).json<{ keys: [{ kid: string }] }>()
  assert.deepEqual(header, { alg: 'EdDSA', kid: jwks.keys[0].kid, typ: 'at+jwt' })
  assert.deepEqual(claims, {
    iss: 'box-office',
    aud: 'box-office-api',
    sub: String(account.id),
    iat: claims['iat'],
    exp: Number(claims['iat']) + 900,
    role: 'organizer',
    ver: 0,
  })
  const { payload } = await jwtVerify(account.token, createLocalJWKSet(jwks), {
    typ: 'at+jwt',
    issuer: 'box-office',
    audience: 'box-office-api',
    algorithms: ['EdDSA'],
  })
  assert.equal(payload.sub, String(account.id))
  assert.doesNotMatch(JSON.stringify(jwks), /"d"/, 'the private part stays here')
})

test('the control: a token signed like ours is accepted', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const { header, claims } = partsOf(account.token)
  const forged = signed(await shopKey(app), header, { ...claims, exp: Number(claims['exp']) - 1 })
  // Without this, every test below might pass because the forging is wrong.
  assert.equal((await get(app, ME, forged)).status, 200)
})

test('a token without a signature opens nothing', async () => {
  await using app = await startApp()
  const { token } = await signUp(app)
  const { header, claims } = partsOf(token)
  for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) {
    for (const end of ['.', '.AA', `.${token.split('.')[2] ?? ''}`]) {
      const forged = `${encode({ ...header, alg })}.${encode(claims)}${end}`
      await assertOpensNothing(app, forged, `alg ${alg}, end ${end}`)
    }
  }
  const [head, payload] = token.split('.')
  for (const forged of [
    `${head}.${payload}`,
    `${head}.${payload}.`,
    `${head}..`,
    '..',
    '...',
    '.',
  ]) {
    await assertOpensNothing(app, forged, forged)
  }
})

test('the public key is no secret to sign with', async () => {
  await using app = await startApp()
  const { token } = await signUp(app)
  const { header, claims } = partsOf(token)
  const publicKey = createPublicKey(await shopKey(app))
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  const secrets = [
    pem,
    ` ${pem}`,
    `\n${pem}`,
    pem.trim(),
    publicKey.export({ type: 'spki', format: 'der' }),
    Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
    '',
  ]
  for (const alg of ['HS256', 'HS512', 'EdDSA']) {
    for (const secret of secrets) {
      const text = `${encode({ ...header, alg })}.${encode(claims)}`
      const digest = createHmac(alg === 'HS512' ? 'sha512' : 'sha256', secret).update(text)
      await assertOpensNothing(app, `${text}.${digest.digest('base64url')}`, alg)
    }
  }
})

test('only our keys count, whatever the token says about its own', async () => {
  await using app = await startApp()
  const { token } = await signUp(app)
  const { header, claims } = partsOf(token)
  const stranger = generateKeyPairSync('ed25519')
  const jwk = stranger.publicKey.export({ format: 'jwk' })
  const headers: Json[] = [
    header,
    { ...header, kid: 'unknown' },
    { ...header, kid: '../../../../dev/null' },
    { ...header, kid: "x' union select 'AA" },
    { ...header, kid: '__proto__' },
    { ...header, kid: 'constructor' },
    { ...header, kid: 'http://127.0.0.1/jwks.json' },
    { ...header, kid: [header['kid']] },
    { ...header, jwk },
    { ...header, jku: 'http://127.0.0.1/jwks.json' },
    { ...header, x5u: 'http://127.0.0.1/cert.pem' },
    { alg: 'EdDSA', typ: 'at+jwt', jwk },
  ]
  for (const forged of headers) {
    await assertOpensNothing(app, signed(stranger.privateKey, forged, claims), encode(forged))
  }
})

test('a header that is not to the letter ours opens nothing, though our key signed it', async () => {
  await using app = await startApp()
  const { token } = await signUp(app)
  const { header, claims } = partsOf(token)
  const { typ: _typ, ...withoutType } = header
  const { kid: _kid, ...withoutKid } = header
  const headers: Json[] = [
    { ...header, crit: ['exp'] },
    { ...header, crit: ['b64'], b64: false },
    { ...header, typ: 'JWT' },
    { ...header, typ: 'ticket+jwt' },
    { ...header, typ: 'AT+JWT' },
    { ...header, alg: 'Ed25519' },
    { ...header, alg: 'eddsa' },
    { ...header, kid: 'unknown' },
    withoutType,
    withoutKid,
    {},
  ]
  const key = await shopKey(app)
  for (const forged of headers) {
    await assertOpensNothing(app, signed(key, forged, claims), JSON.stringify(forged))
  }
})

test('claims that are not ours, or not of now, open nothing', async () => {
  await using app = await startApp()
  const { token } = await signUp(app)
  const { header, claims } = partsOf(token)
  const now = Math.floor(Date.now() / 1000)
  const wrong: [string, Json][] = [
    ['expired', { iat: now - 931, exp: now - 31 }],
    ['never expires', { exp: undefined }],
    ['expires in a year', { exp: now + 31_536_000 }],
    ['expires as text', { exp: String(now + 600) }],
    ['expires at infinity', { exp: 1e400 }],
    ['from the future', { iat: now + 120, exp: now + 900 }],
    ['without a beginning', { iat: undefined }],
    ['not yet', { nbf: now + 120 }],
    ['not before nonsense', { nbf: 'now' }],
    ['another issuer', { iss: 'box-office.example' }],
    ['no issuer', { iss: undefined }],
    ['issuer in a list', { iss: ['box-office'] }],
    ['for another audience', { aud: 'waiting-room' }],
    ['for a list of audiences', { aud: ['box-office-api', 'other'] }],
    ['no audience', { aud: undefined }],
    ['a number as subject', { sub: 1 }],
    ['nobody', { sub: undefined }],
    ['subject zero', { sub: '0' }],
    ['subject with a sign', { sub: '-1' }],
    ['subject beyond numbers', { sub: '99999999999999999999' }],
    ['subject as SQL', { sub: '1 or 1=1' }],
    ['another role', { role: 'root' }],
    ['no role', { role: undefined }],
    ['no version', { ver: undefined }],
    ['version as text', { ver: '0' }],
  ]
  const key = await shopKey(app)
  for (const [what, change] of wrong) {
    await assertOpensNothing(app, signed(key, header, { ...claims, ...change }), what)
  }
  for (const payload of [null, [], 'text', 1]) {
    await assertOpensNothing(app, signed(key, header, payload), JSON.stringify(payload))
  }
  const [head] = token.split('.')
  const text = `${head}.${Buffer.from('{not json').toString('base64url')}`
  const broken = `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
  await assertOpensNothing(app, broken, 'no JSON')
})

test('a token with any byte changed opens nothing, also while the right one is remembered', async () => {
  await using app = await startApp()
  const { token } = await signUp(app)
  assert.equal((await get(app, ME, token)).status, 200)
  const [head = '', payload = '', signature = ''] = token.split('.')
  for (const [n, part] of [head, payload, signature].entries()) {
    for (const at of [0, Math.floor(part.length / 2), part.length - 1]) {
      const flipped = part.slice(0, at) + (part[at] === 'A' ? 'B' : 'A') + part.slice(at + 1)
      const parts = [head, payload, signature].with(n, flipped)
      await assertOpensNothing(app, parts.join('.'), `part ${n}, byte ${at}`)
    }
  }
  assert.equal((await get(app, ME, token)).status, 200)
})

test('a signature written in another way opens nothing', async () => {
  await using app = await startApp()
  const { token } = await signUp(app)
  assert.equal((await get(app, ME, token)).status, 200)
  const [head = '', payload = '', signature = ''] = token.split('.')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // The last character of 86 carries two bits; the other four do not count for a decoder.
  const last = alphabet.indexOf(signature.at(-1) ?? '')
  const sameBytes = signature.slice(0, -1) + (alphabet[last ^ 1] ?? '')
  assert.deepEqual(Buffer.from(sameBytes, 'base64url'), Buffer.from(signature, 'base64url'))
  const others = [
    sameBytes,
    `${signature}=`,
    `${signature}==`,
    `${signature}AA`,
    ` ${signature}`,
    `${signature}\t`,
    Buffer.from(signature, 'base64url').toString('base64'),
    Buffer.from(signature, 'base64url').toString('hex'),
  ]
  for (const other of others.filter((text) => text !== signature)) {
    await assertOpensNothing(app, `${head}.${payload}.${other}`, other)
  }
  await assertOpensNothing(app, `${token}.${signature}`, 'four parts')
})

test('what is remembered of one user never serves another', async () => {
  await using app = await startApp()
  const alice = await signUp(app)
  const bob = await signUp(app)
  for (let n = 0; n < 3; n += 1) {
    for (const account of [alice, bob]) {
      const me = (await get(app, ME, account.token)).json<{ id: number }>()
      assert.equal(me.id, account.id)
    }
  }
  const mixed = [...alice.token.split('.').slice(0, 2), bob.token.split('.')[2]].join('.')
  await assertOpensNothing(app, mixed, 'the signature of another')
})

test('a token comes in the Authorization header as Bearer and nowhere else', async () => {
  await using app = await startApp()
  const { token } = await signUp(app)
  const attempts: { url?: string; headers: Record<string, string> }[] = [
    { headers: {} },
    { headers: { authorization: token } },
    { headers: { authorization: `Basic ${token}` } },
    { headers: { authorization: `Bearer` } },
    { headers: { authorization: `Bearer ` } },
    { headers: { authorization: `Bearer ${'x'.repeat(10_000)}` } },
    { headers: { cookie: `token=${token}; access_token=${token}` } },
    { url: `${ME}?access_token=${token}&token=${token}`, headers: {} },
  ]
  for (const { url = ME, headers } of attempts) {
    const answer = await app.inject({ method: 'GET', url, headers })
    assertRefused(answer, { status: 401, code: 'unauthenticated' })
    assert.equal(answer.headers['www-authenticate'], 'Bearer')
  }
})

test('a key can be replaced: the old one verifies until it is dropped', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const oldKey = await readFile(join(app.dataDir, 'auth-key.pem'), 'utf8')
  const { privateKey } = generateKeyPairSync('ed25519')
  const newKey = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const start = async (keys: string) =>
    await startApp({ databaseUrl: app.databaseUrl, env: { AUTH_KEY: keys } })

  await using both = await start(newKey + oldKey)
  assert.equal((await get(both, ME, account.token)).status, 200)
  const renewed = await signIn(both, account)
  assert.notEqual(partsOf(renewed.token).header['kid'], partsOf(account.token).header['kid'])
  await assertOpensNothing(app, renewed.token, 'a key that this process does not know')

  await using onlyNew = await start(newKey)
  await assertOpensNothing(onlyNew, account.token, 'the old key is dropped')
  assert.equal((await get(onlyNew, ME, renewed.token)).status, 200)
})

test('the key that is kept is for its owner alone', async () => {
  await using app = await startApp()
  const { mode } = await stat(join(app.dataDir, 'auth-key.pem'))
  assert.equal(mode & 0o777, 0o600)
})
