import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { parseSigningKeys } from '../../platform/signing-keys.ts'
import { ACCESS_TOKEN_SECONDS, CLOCK_LEEWAY_SECONDS, createAccessTokens } from './access-tokens.ts'

const keys = parseSigningKeys(
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  'the test',
)
const START_MS = Date.UTC(2030, 5, 1)
const alice = { id: 7, userType: 'guest', tokenVersion: 3 } as const

function setUp() {
  let now = START_MS
  const minimum = new Map<number, number>()
  const tokens = createAccessTokens({
    keys,
    clock: () => now,
    minimumVersionOf: (userId) => minimum.get(userId),
  })
  return { tokens, minimum, setClock: (ms: number) => (now = ms) }
}

const refused = { code: 'unauthenticated' }

test('a token tells whose it is, the first time and every time', async () => {
  const { tokens } = setUp()
  const token = tokens.issue(alice)
  for (let n = 0; n < 3; n += 1) {
    assert.deepEqual(await tokens.authenticate(token), { userId: 7, userType: 'guest' })
  }
})

test('a token ends with its time, also when it is remembered', async () => {
  const { tokens, setClock } = setUp()
  const token = tokens.issue(alice)
  const end = START_MS + (ACCESS_TOKEN_SECONDS + CLOCK_LEEWAY_SECONDS) * 1000
  await tokens.authenticate(token)
  setClock(end - 1)
  await tokens.authenticate(token)
  setClock(end)
  await assert.rejects(async () => await tokens.authenticate(token), refused)
  await assert.rejects(async () => await setUpAt(end).authenticate(token), refused)
})

test('the clock of the machine that verifies may be a little behind', async () => {
  const token = setUp().tokens.issue(alice)
  await setUpAt(START_MS - CLOCK_LEEWAY_SECONDS * 1000).authenticate(token)
  const tooEarly = setUpAt(START_MS - (CLOCK_LEEWAY_SECONDS + 1) * 1000)
  await assert.rejects(async () => await tooEarly.authenticate(token), refused)
})

test('a token older than a revocation is refused, a newer one is not', async () => {
  const { tokens, minimum } = setUp()
  const token = tokens.issue(alice)
  await tokens.authenticate(token)
  minimum.set(8, 99)
  minimum.set(7, 3)
  await tokens.authenticate(token)
  minimum.set(7, 4)
  await assert.rejects(async () => await tokens.authenticate(token), refused)
  await tokens.authenticate(tokens.issue({ ...alice, tokenVersion: 4 }))
})

function setUpAt(ms: number) {
  const { tokens, setClock } = setUp()
  setClock(ms)
  return tokens
}
