/** Settings that cannot work end in a sentence that says what to mend, not in a stack. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { composeShop } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import { createDatabase } from '../support/database.ts'
import { startShopProcess } from '../support/process.ts'

const SECRET = 'not-for-the-log'

/** @returns What it says instead of starting. */
async function refusal(t: TestContext, env: Record<string, string>): Promise<string> {
  const settings = {
    DATA_DIR: await temporaryFolder(t),
    SAMPLE_DATA: 'off',
    LOG_LEVEL: 'fatal',
    ...env,
  }
  const error = await composeShop(loadConfig(settings, [])).then(
    async (shop) => {
      await shop[Symbol.asyncDispose]()
      return new Error('it started')
    },
    (reason: unknown) => reason as Error,
  )
  assert.equal(error.name, 'StartupError', error.stack)
  assert.ok(!error.message.includes(SECRET), error.message)
  return error.message
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'box-office-messages-'))
  t.after(async () => await rm(path, { recursive: true, force: true }))
  return path
}

const text = (value: string) => Buffer.from(`${value}\0`)
const number = (bytes: 2 | 4, value: number) => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeIntBE(value, 0, bytes)
  return buffer
}
const message = (type: string, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), number(4, body.length + 4), body])
}
const READY = message('Z', Buffer.from('I'))

/** Speaks as much of PostgreSQL's protocol as it takes to refuse, or to be an old version. */
async function fakeServer(
  t: TestContext,
  behaviour: { refuses: string; because: string } | { version: string },
): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    let isStarted = false
    socket.on('data', (data) => {
      if ('refuses' in behaviour) {
        const { refuses, because } = behaviour
        const fields = [`SFATAL`, `C${refuses}`, `M${because}`].map(text)
        socket.end(message('E', ...fields, Buffer.from([0])))
      } else if (!isStarted) {
        isStarted = true
        socket.write(Buffer.concat([message('R', number(4, 0)), READY]))
      } else if (data[0] === 'Q'.charCodeAt(0)) {
        const value = Buffer.from(behaviour.version)
        const column = [text('version'), number(4, 0), number(2, 0), number(4, 25)]
        socket.write(
          Buffer.concat([
            message('T', number(2, 1), ...column, number(2, -1), number(4, -1), number(2, 0)),
            message('D', number(2, 1), number(4, value.length), value),
            message('C', text('SELECT 1')),
            READY,
          ]),
        )
      } else socket.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `postgresql://eve:${SECRET}@127.0.0.1:${(server.address() as AddressInfo).port}/shop`
}

test('a port where nothing listens', async (t) => {
  const DATABASE_URL = `postgresql://eve:${SECRET}@127.0.0.1:1/shop`
  assert.match(
    await refusal(t, { DATABASE_URL }),
    /DATABASE_URL cannot be used: 127\.0\.0\.1:1 takes no connections\. Start PostgreSQL/,
  )
  const local = await refusal(t, { DATABASE_URL: DATABASE_URL.replace('127.0.0.1', 'localhost') })
  assert.match(local, /localhost:1 takes no connections/)
})

test('the program prints the sentence alone and ends with 1', async (t) => {
  const env = {
    DATABASE_URL: `postgresql://eve:${SECRET}@127.0.0.1:1/shop`,
    DATA_DIR: await temporaryFolder(t),
  }
  await assert.rejects(startShopProcess(env), (error: Error) => {
    assert.match(error.message, /^the shop ended with 1:/)
    assert.match(error.message, /Start PostgreSQL there/)
    assert.doesNotMatch(error.message, /\n\s+at |ECONNREFUSED/)
    assert.ok(!error.message.includes(SECRET), error.message)
    return true
  })
})

test('an address that cannot be read', async (t) => {
  const DATABASE_URL = `postgresql://eve:${SECRET}@127.0.0.1/shop?sslrootcert=/gone.pem`
  assert.match(await refusal(t, { DATABASE_URL }), /DATABASE_URL cannot be read .*Write postgre/)
})

test('a wrong password', async (t) => {
  const because = 'password authentication failed for user "eve"'
  const DATABASE_URL = await fakeServer(t, { refuses: '28P01', because })
  assert.match(await refusal(t, { DATABASE_URL }), /refuses the password of the user eve\. Correct/)
})

test('a user that is not let in, and a server that is full', async (t) => {
  const because = 'no pg_hba.conf entry for host'
  const closed = await fakeServer(t, { refuses: '28000', because })
  assert.match(
    await refusal(t, { DATABASE_URL: closed }),
    /no pg_hba\.conf entry.*Correct the user/,
  )
  const full = await fakeServer(t, { refuses: '53300', because: 'too many clients' })
  assert.match(await refusal(t, { DATABASE_URL: full }), /no connection free\. Raise/)
})

test('a database that is not there', async (t) => {
  await using database = await createDatabase()
  const DATABASE_URL = database.url.replace(`/${database.name}`, '/nowhere')
  assert.match(await refusal(t, { DATABASE_URL }), /has no database nowhere\. Make it \(createdb/)
})

test('a server that is too old', async (t) => {
  for (const version of ['14.11 (Debian 14.11-1)', '9.6.24']) {
    const DATABASE_URL = await fakeServer(t, { version })
    const said = await refusal(t, { DATABASE_URL })
    assert.ok(said.includes(`PostgreSQL ${version}, which is too old`), said)
    assert.match(said, /needs 15 or newer/)
  }
})

test('a user that may not make tables', async (t) => {
  await using database = await createDatabase({ migrated: false })
  const admin = new pg.Client(database.connection)
  await admin.connect()
  const user = `reader_${database.name}`.slice(0, 63)
  await admin.query(`create role ${user} login password '${SECRET}'`)
  try {
    const url = new URL(database.url)
    url.searchParams.set('user', user)
    url.searchParams.set('password', SECRET)
    const said = await refusal(t, { DATABASE_URL: url.href })
    assert.match(said, /tables cannot be made.*permission denied.*Make its user the owner/)
  } finally {
    await admin.query(`drop role ${user}`)
    await admin.end()
  }
})

test("a first admin's address and password that are not accepted", async (t) => {
  await using database = await createDatabase()
  const start = async (email: string, password: string) =>
    await refusal(t, {
      DATABASE_URL: database.url,
      ADMIN_EMAIL: email,
      ADMIN_PASSWORD: password,
    })
  assert.match(await start('x', SECRET), /ADMIN_EMAIL cannot be used: email must be an address/)
  assert.match(await start('a@shop.example', 'y'), /ADMIN_PASSWORD cannot be used: password must/)
  assert.match(await start('a@shop.example', 'password1'), /ADMIN_PASSWORD .* first that others/)
})

test('a data folder that cannot be made', async (t) => {
  const folder = await temporaryFolder(t)
  await symlink(join(folder, 'gone'), join(folder, 'link'))
  await writeFile(join(folder, 'file'), '')
  await using database = await createDatabase()
  for (const env of [{}, { DATABASE_URL: database.url }]) {
    for (const path of ['link', 'link/data']) {
      const said = await refusal(t, { ...env, DATA_DIR: join(folder, path) })
      assert.match(said, /link.* leads nowhere.*set DATA_DIR/, JSON.stringify(env))
    }
    for (const path of ['file', 'file/data', 'file/data/data']) {
      const said = await refusal(t, { ...env, DATA_DIR: join(folder, path) })
      assert.match(said, /there is a file where a folder is needed/, JSON.stringify(env))
    }
  }
})
