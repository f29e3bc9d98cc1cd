/** Passwords: which are taken, what a check costs, and how often somebody may guess. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { dictionary } from '@zxcvbn-ts/language-common'
import { AppError } from '../../src/kernel/errors.ts'
import { RateLimiter } from '../../src/platform/http/rate-limit.ts'
import { Database } from '../../src/platform/postgres.ts'
import { parseSigningKeys } from '../../src/platform/signing-keys.ts'
import { writeAuditEntry } from '../../src/services/admin/write-audit-entry.ts'
import { checkNewPassword } from '../../src/services/user/account-rules.ts'
import { createKnownDevices } from '../../src/services/user/known-devices.ts'
import { logIn } from '../../src/services/user/log-in.ts'
import { createPasswordQueue, hashPassword } from '../../src/services/user/passwords.ts'
import { userService } from '../../src/services/user/service.ts'
import { ALICE, LOGIN, PASSWORD, REGISTER, assertRefused, get, post } from '../support/accounts.ts'
import { type TestAnswer, type TestApp, startApp } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'

const codeOf = (attempt: () => void): string | undefined => {
  try {
    attempt()
    return undefined
  } catch (error) {
    return error instanceof AppError ? error.code : String(error)
  }
}
const refusalOf = (password: string) => codeOf(() => { checkNewPassword(password, 'a@b.example') }) // prettier-ignore

suite('which passwords are taken', () => {
  test('the first three thousand guesses are refused, in any case', () => {
    // Written from memory, so that the list is not only held to itself.
    const known = [
      ...['password', 'iloveyou', 'princess', 'sunshine', 'football', 'baseball', 'superman'],
      ...['qwertyuiop', 'asdfghjkl', '1qaz2wsx', '1q2w3e4r', 'zaq12wsx', 'abcd1234', 'password1'],
      ...['trustno1', 'starwars', 'computer', 'whatever', '123456789', '1234567890', '11111111'],
      ...['michelle', 'jennifer', 'corvette', 'mercedes', 'maverick', 'passw0rd', 'qwerty123'],
    ]
    const guesses = dictionary['passwords-common'].filter((guess) => guess.length >= 8).slice(0, 3_000) // prettier-ignore
    assert.equal(guesses.length, 3_000)
    for (const guess of [...known, ...guesses]) {
      assert.equal(refusalOf(guess), 'invalid_value', guess)
      assert.equal(refusalOf(guess.toUpperCase()), 'invalid_value', guess)
    }
  })

  test('a password is judged as it is hashed, however it was typed', () => {
    // The same, in the wide letters of East Asian keyboards and with a ligature.
    for (const typed of ['ｐａｓｓｗｏｒｄ', 'ｉｌｏｖｅｙｏｕ', '𝗉𝖺𝗌𝗌𝗐𝗈𝗋𝖽', '①②③④⑤⑥⑦⑧']) {
      assert.equal(refusalOf(typed), 'invalid_value', typed)
    }
    assert.equal(refusalOf('e\u0301a\u0301i\u0301o\u0301'), 'invalid_request', 'four characters')
  })

  test('nothing is asked of what a password is made of, and a long one is welcome', () => {
    for (const password of [
      'correct horse',
      'zzzzzzzy',
      '7391 8264',
      'é'.repeat(255) + 'e',
      'x1'.repeat(32),
    ]) {
      // prettier-ignore
      assert.equal(refusalOf(password), undefined, password)
    }
  })

  test('a password counts beyond the 72 bytes at which others stop', async () => {
    await using app = await startApp()
    const password = `${'a1'.repeat(36)}z`
    await post(app, REGISTER, { ...ALICE, password })
    const logInWith = async (typed: string) =>
      (await post(app, LOGIN, { email: ALICE.email, password: typed })).status
    assert.equal(await logInWith(`${password.slice(0, 72)}y`), 401)
    assert.equal(await logInWith(password.slice(0, 72)), 401)
    assert.equal(await logInWith(`${password.slice(0, 8)}\0${password.slice(9)}`), 401)
    assert.equal(await logInWith(`${password}\0`), 401)
    assert.equal(await logInWith(password), 200)
  })
})

/** The user service's own parts, with a count of the checks that went through its queue. */
async function startCounted() {
  const database = await createDatabase()
  const db = new Database({ connection: database.connection, name: 'test', connectionsMax: 4 })
  const queue = createPasswordQueue()
  let hashes = 0
  const deps = {
    db,
    hashing: {
      waiting: 0,
      run: async <Result>(job: () => Promise<Result>) => {
        hashes += 1
        return await queue.run(job)
      },
    },
    wrongPasswords: new RateLimiter({ requests: 1_000, windowSeconds: 60 }),
    wrongPasswordsOfAddress: undefined,
    devices: createKnownDevices(Buffer.alloc(32)),
  }
  return {
    db,
    /** @returns How many hashes were made, and the processor time it took, in microseconds. */
    async tryIn(email: string): Promise<{ hashes: number; cpuMicros: number }> {
      const [before, used] = [hashes, process.cpuUsage()]
      const attempt = logIn(deps, { email, password: 'a wrong guess' })
      await assert.rejects(attempt, { code: 'invalid_credentials' })
      // Only the sum is exact: the system guesses from samples how it divides.
      const { user, system } = process.cpuUsage(used)
      return { hashes: hashes - before, cpuMicros: user + system }
    },
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

test('an address that nobody has costs one hash, like one that somebody has', async () => {
  await using counted = await startCounted()
  await counted.db.query(
    `insert into users (name, email, password_hash, suspended_at) values
       ('A', 'known@shop.example', $1, null), ('B', 'suspended@shop.example', $1, now()),
       ('C', 'imported@shop.example', 'no hash of ours', null)`,
    [await hashPassword(PASSWORD)],
  )
  const names = ['known', 'unknown', 'suspended', 'imported']
  const emails = [...names.map((name) => `${name}@shop.example`), 'no address', 'a\0b@shop.example']
  const cpu = new Map(emails.map((email) => [email, [] as number[]]))
  // By turns, so that what else the machine does falls on all of them.
  for (let round = 0; round < 7; round += 1) {
    for (const email of emails) {
      const { hashes, cpuMicros } = await counted.tryIn(email)
      assert.equal(hashes, 1, email)
      cpu.get(email)?.push(cpuMicros)
    }
  }
  // What a busy machine does to one attempt only adds to it: the cheapest of each is its own cost.
  const known = Math.min(...(cpu.get('known@shop.example') ?? []))
  for (const [email, micros] of cpu) {
    const share = Math.min(...micros) / known
    // Without its hash an attempt takes a small part of that.
    assert.ok(share > 0.25 && share < 4, `${email} costs ${share} times what a known one costs`)
  }
})

/** One attempt to sign in, through the API or through the page, from an address. */
async function attempt(
  app: TestApp,
  by: { from: string; way: 'api' | 'page'; email: string; password: string; cookie?: string },
): Promise<TestAnswer> {
  const { from, way, email, password, cookie } = by
  return await app.inject({
    method: 'POST',
    url: way === 'api' ? LOGIN : '/sign-in',
    remoteAddress: from,
    headers: {
      host: 'shop.example',
      origin: 'http://shop.example',
      // Nobody vouches for these.
      'x-forwarded-for': `198.51.100.${email.length}, ${email.length}.1.2.3`,
      'x-real-ip': '198.51.100.7',
      'content-type': way === 'api' ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(cookie === undefined ? {} : { cookie }),
    },
    payload:
      way === 'api'
        ? JSON.stringify({ email, password })
        : new URLSearchParams({ email, password }).toString(),
  })
}

test('a list of stolen passwords is worth a hundred tries to a subscriber, whatever their address', async () => {
  await using app = await startApp({ env: { RATE_LIMIT: '1000000' } })
  await post(app, REGISTER, ALICE)
  const right = async (from: string, cookie = '') =>
    await attempt(app, { from, way: 'api', ...ALICE, cookie })
  const home = (n: number) => `2001:db8:0:1::${n.toString(16)}`
  const signedIn = await right(home(1))
  const device = /device=[^;]+/.exec(String(signedIn.headers['set-cookie']))?.[0]
  assert.ok(device, 'a device cookie was given')

  const answers: TestAnswer[] = []
  for (let burst = 0; burst < 3; burst += 1) {
    const tries = Array.from({ length: 50 }, async (_, n) => {
      const email = `victim-${burst}-${n}@shop.example`
      const way = n % 2 === 0 ? 'api' : 'page'
      return await attempt(app, { from: home(n), way, email, password: 'a guess' })
    })
    answers.push(...(await Promise.all(tries)))
  }
  const count = (status: number) => answers.filter((each) => each.status === status).length
  assert.deepEqual({ tried: count(401), refused: count(429) }, { tried: 100, refused: 50 })

  const refused = await right(home(7))
  assertRefused(refused, { status: 429, code: 'rate_limited' })
  const seconds = Number(refused.headers['retry-after'])
  assert.ok(seconds > 0 && seconds <= 900, `Retry-After: ${seconds}`)
  assert.equal((await right(home(7), device)).status, 200, 'but a device that is known')
  assert.equal((await right('2001:db8:0:2::1')).status, 200, 'and everybody elsewhere')
})

test('an account that was guessed at opens again by itself', async () => {
  const database = await createDatabase()
  await using _database = database
  await using db = new Database({
    connection: database.connection,
    name: 'test',
    connectionsMax: 4,
  })
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  let now = Date.now()
  const { accounts } = userService({
    ...{ db, audit: writeAuditEntry, signingKeys: parseSigningKeys(pem, 'the test') },
    ...{ clock: () => now, isProduction: false, secureCookies: false },
  })
  const email = 'alice@example.com'
  await accounts.register({ name: 'Alice', email, password: PASSWORD })
  for (let n = 0; n < 10; n += 1) {
    await assert.rejects(accounts.login({ email, password: 'a wrong guess' }))
  }
  await assert.rejects(accounts.login({ email, password: PASSWORD }), { code: 'rate_limited' })
  // Attempts that are refused do not put the end of it off.
  now += 899_000
  await assert.rejects(accounts.login({ email, password: PASSWORD }), { code: 'rate_limited' })
  now += 2_000
  assert.equal((await accounts.login({ email, password: PASSWORD })).user.name, 'Alice')
})

test('every request of a subscriber counts against the one limit of their network', async () => {
  await using app = await startApp({ env: { RATE_LIMIT: '5' } })
  const from = async (remoteAddress: string) =>
    (await app.inject({ method: 'GET', url: '/api/v1/events', remoteAddress })).status
  for (let n = 0; n < 5; n += 1) assert.equal(await from(`2001:db8:0:1::${n}`), 200)
  assert.equal(await from('2001:db8:0:1:a:b:c:d'), 429)
  assert.equal(await from('2001:db8:0:2::1'), 200)
  assert.equal((await get(app, '/livez')).status, 200)
})
