/** Load from wrk, a C program that costs little beside what it measures. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { type Run, type RunResult, requestTexts } from './load.ts'

const execute = promisify(execFile)
/** An answer that takes longer counts as none. */
const TIMEOUT_SECONDS = 10
/** Above this, wrk hangs. */
const GRACE_MS = 60_000
/** Unlikely in a request, so that it can end one in a file of many. */
const SEPARATOR = '\0'

/** Reads the parts of the requests, and puts each together when it is due. */
const VARYING = String.raw`
local heads, tails, prefix = {}, {}, nil
local n = 0

local function read(path)
  local parts, file = {}, assert(io.open(path, 'rb'))
  for part in file:read('*a'):gmatch('[^%z]+') do parts[#parts + 1] = part end
  file:close()
  return parts
end

function init(args)
  heads, tails, prefix = read(args[1]), read(args[2]), args[3]
end

function request()
  local head, tail = heads[n % #heads + 1], tails[n % #tails + 1]
  n = n + 1
  if prefix == nil then return head .. tail end
  return head .. 'Idempotency-Key: ' .. prefix .. n .. '\r\n' .. tail
end

`

const RESULT = String.raw`
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"us":%d,"answered":%d,"p50":%f,"p99":%f,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d}\n',
    summary.duration, summary.requests, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
`

interface WrkResult {
  us: number
  answered: number
  p50: number
  p99: number
  status: number
  connect: number
  read: number
  write: number
  timeout: number
}

export async function hasWrk(): Promise<boolean> {
  return (await wrkVersion()) !== undefined
}

/** Undefined when it is not installed. */
export async function wrkVersion(): Promise<string | undefined> {
  // It prints its version with exit code 1.
  const text = await execute('wrk', ['--version']).then(
    (said) => said.stdout,
    (error: unknown) => (error as { stdout?: string }).stdout ?? '',
  )
  return /^(wrk \S+)/m.exec(text)?.[1]
}

/** One thread: it is as fast as any server here, and leaves the other processors to it. */
export async function runWrk(run: Run): Promise<RunResult> {
  const base = join(run.folder, `wrk-${randomBytes(4).toString('hex')}`)
  const paths = { script: `${base}.lua`, heads: `${base}-heads`, tails: `${base}-tails` }
  const { heads, tails } = requestTexts(run.url, run.requests)
  // Without a request function wrk makes its one request once, which costs it less.
  const isVarying = run.requests.tokens !== undefined || run.requests.method !== 'GET'
  try {
    await writeFile(paths.script, isVarying ? VARYING + RESULT : RESULT)
    await writeFile(paths.heads, heads.join(SEPARATOR))
    await writeFile(paths.tails, tails.join(SEPARATOR))
    const { stdout } = await execute(
      'wrk',
      [
        ...['--threads', '1', '--connections', String(run.connections)],
        ...['--duration', `${Math.max(1, Math.ceil(run.seconds))}s`],
        ...['--timeout', `${TIMEOUT_SECONDS}s`, '--script', paths.script],
        new URL(run.requests.path, run.url).href,
        ...['--', paths.heads, paths.tails],
        ...(run.requests.withKeys === true ? [run.keyPrefix] : []),
      ],
      { timeout: run.seconds * 1000 + GRACE_MS, signal: run.stop },
    ).catch((error: unknown) => {
      throw new StartupError('wrk did not run.', { cause: error })
    })
    const json = /^RESULT (.+)$/m.exec(stdout)?.[1]
    if (json === undefined) throw new StartupError(`wrk said something unexpected:\n${stdout}`)
    return resultOf(JSON.parse(json) as WrkResult)
  } finally {
    for (const path of Object.values(paths)) await rm(path, { force: true })
  }
}

function resultOf(said: WrkResult): RunResult {
  const { status, connect, read, write, timeout } = said
  const failures = Object.fromEntries(
    Object.entries({ 'status above 399': status, connect, read, write, timeout }).filter(
      ([, count]) => count > 0,
    ),
  )
  return {
    seconds: said.us / 1e6,
    answered: said.answered,
    failed: status + connect + read + write + timeout,
    failures,
    p50Ms: said.p50 / 1000,
    p99Ms: said.p99 / 1000,
  }
}
