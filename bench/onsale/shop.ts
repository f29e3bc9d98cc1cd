/**
 * A shop of its own for the rush: a process as `npm start` runs it, on a database that is made for
 * it and removed afterwards. PostgreSQL is started from here, so that the audit can read it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/server.ts'
import { Resources } from '../../src/platform/resources.ts'
import { type SigningKeys, loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { programArguments } from '../program.ts'

export interface OwnShop extends AsyncDisposable {
  url: URL
  databaseUrl: string
  keys: SigningKeys
  /** Of its payment simulator. */
  providerUrl: string
  /** Resolves when the shop ends by itself, with what it said last. */
  ended: Promise<string>
}

const START_MAX_MS = 60_000
const STOP_MAX_MS = 20_000
const LINES_KEPT = 20

/** @param options.hasSamples Whether it has the sample accounts and events; none by default. */
export async function startOwnShop({ hasSamples = false } = {}): Promise<OwnShop> {
  const opening = new Resources()
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'box-office-onsale-'))
    const removeNow = () => {
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    }
    opening.defer(async () => {
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
      process.off('exit', removeNow)
    })
    // Started by root, PostgreSQL runs as another user, who must be able to enter.
    await chmod(dataDir, 0o711)
    const postgres = opening.use(
      await startEmbeddedPostgres({
        dataDir,
        log: (line) => {
          console.error(line)
        },
      }),
    )
    const databaseUrl = urlOf(postgres.connection)
    const keys = await loadSigningKeys({ authKey: undefined, dataDir })
    const shop = await startProcess({
      ...{ DATA_DIR: dataDir, DATABASE_URL: databaseUrl },
      SAMPLE_DATA: hasSamples ? 'on' : 'off',
    })
    opening.defer(shop.stop)
    // A second Ctrl-C waits for nothing. Last, so that the processes have been ended before.
    process.once('exit', removeNow)
    const running = opening.move()
    return {
      url: shop.url,
      databaseUrl,
      keys,
      providerUrl: (await readFile(join(dataDir, 'payment-simulator-address'), 'utf8')).trim(),
      ended: shop.ended,
      [Symbol.asyncDispose]: async () => {
        await running[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await opening[Symbol.asyncDispose]()
    throw error
  }
}

function urlOf(connection: { host: string; port: number; user: string; database: string }): string {
  const { host, port, user, database } = connection
  const query = new URLSearchParams({ host, port: String(port), user })
  return `postgresql:///${database}?${query.toString()}`
}

interface ShopProcess {
  url: URL
  ended: Promise<string>
  stop: () => Promise<void>
}

async function startProcess(settings: Record<string, string>): Promise<ShopProcess> {
  const { PATH, HOME, NODE_OPTIONS } = process.env
  const child = spawn(process.execPath, [...programArguments('src/main'), 'serve'], {
    // Nothing else of this environment: it could be meant for another shop.
    env: {
      PATH,
      HOME,
      ...(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS }),
      HOST: '127.0.0.1',
      PORT: '0',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in the terminal is for the crowd; the shop goes on, and is audited.
    detached: true,
  })
  const kill = () => {
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  const said = collect(child)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message)
    })
    child.once('close', () => {
      process.off('exit', kill)
      resolve(said.text())
    })
  })
  const tooLong = setTimeout(kill, START_MAX_MS)
  const address = await Promise.race([said.address, ended.then(() => undefined)])
  clearTimeout(tooLong)
  if (address === undefined) throw new StartupError(`The shop did not start.\n${await ended}`)
  return {
    url: new URL(address),
    ended,
    async stop() {
      child.kill('SIGTERM')
      const impatience = setTimeout(kill, STOP_MAX_MS)
      await ended
      clearTimeout(impatience)
    },
  }
}

/** Reads along with what the shop says: its address, and the last lines in case it fails. */
function collect(child: ChildProcess): { address: Promise<string>; text: () => string } {
  let text = ''
  const address = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text = `${text}${chunk}`.split('\n').slice(-LINES_KEPT).join('\n')
        const found = /is open: +(http:\S+)/.exec(text)?.[1]
        if (found !== undefined) resolve(found)
      })
    }
  })
  return { address, text: () => text.trim() }
}
