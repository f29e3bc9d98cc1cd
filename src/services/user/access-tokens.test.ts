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

test('a token tells whose it is, the first time and every time', () => {
  const { tokens } = setUp()
  const token = tokens.issue(alice)
  for (let n = 0; n < 3; n += 1) {
    assert.deepEqual(tokens.authenticate(token), { userId: 7, userType: 'guest' })
  }
})

test('a token ends with its time, also when it is remembered', () => {
  const { tokens, setClock } = setUp()
  const token = tokens.issue(alice)
  const end = START_MS + (ACCESS_TOKEN_SECONDS + CLOCK_LEEWAY_SECONDS) * 1000
  tokens.authenticate(token)
  setClock(end - 1)
  tokens.authenticate(token)
  setClock(end)
  assert.throws(() => tokens.authenticate(token), refused)
  assert.throws(() => setUpAt(end).authenticate(token), refused)
})

test('the clock of the machine that verifies may be a little behind', () => {
  const token = setUp().tokens.issue(alice)
  setUpAt(START_MS - CLOCK_LEEWAY_SECONDS * 1000).authenticate(token)
  const tooEarly = setUpAt(START_MS - (CLOCK_LEEWAY_SECONDS + 1) * 1000)
  assert.throws(() => tooEarly.authenticate(token), refused)
})

test('a token older than a revocation is refused, a newer one is not', () => {
  const { tokens, minimum } = setUp()
  const token = tokens.issue(alice)
  tokens.authenticate(token)
  minimum.set(8, 99)
  minimum.set(7, 3)
  tokens.authenticate(token)
  minimum.set(7, 4)
  assert.throws(() => tokens.authenticate(token), refused)
  tokens.authenticate(tokens.issue({ ...alice, tokenVersion: 4 }))
})

function setUpAt(ms: number) {
  const { tokens, setClock } = setUp()
  setClock(ms)
  return tokens
}
