/** What the command line and the environment ask for. */
import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { StartupError } from '../../src/kernel/startup-error.ts'

export const USAGE = `Usage: npm run onsale -- [options]

The dress rehearsal of an on-sale: a crowd that comes all at once, and an audit of the database
afterwards. By default it starts a shop of its own, and removes it again.

  --tickets 10000       how many the event has
  --requests N          how many the crowd sends; default ten for each ticket
  --rate 5000           requests a second
  --buyers N            default two for each ticket
  --duration N          arrivals end after so many seconds
  --connections 256     how many the crowd shares
  --seed N              the same seed makes the same crowd
  --cold                nobody is there before the opening: the shop sees every token first then
  --json FILE           writes all figures and checks there
  --url http://host:port   a shop that runs already (with RATE_LIMIT=off). Set DATABASE_URL to its
                        database, or it cannot be audited. It gets buyers and an event that stay.
                        Set STRIPE_API_URL to its payment simulator, or only its own
                        books are read, and no bank is there to be gone to.
  --i-own-this-host     for a --url that is not this machine

Exit code: 0 all is right, 1 something is wrong, 2 it was not audited.`

export interface Options {
  /** A shop that runs already; undefined starts one. */
  url: URL | undefined
  /** Its database; undefined cannot be audited. */
  databaseUrl: string | undefined
  /** The key that signs its access tokens, when known. */
  authKey: string | undefined
  /** Its payment simulator; undefined has no second book to compare with. */
  providerUrl: string | undefined
  tickets: number
  requests: number
  ratePerSecond: number
  buyers: number
  durationMaxSeconds: number
  connections: number
  seed: number
  /** Nobody has come in before the opening. */
  isCold: boolean
  jsonPath: string | undefined
}

export const MAX_PER_USER = 4
export const PRICE_CENTS = 7_500
/** Short, so that what is abandoned is sold to somebody else while people are still there. */
export const HOLD_SECONDS = 5

const REQUESTS_PER_TICKET = 10
const BUYERS_PER_TICKET = 2
/** Registering hashes a password, which is slow on purpose. */
const REGISTERED_BUYERS = 50
const REGISTERED_BUYERS_MAX = 1_000
/** The buyers' access tokens are good for fifteen. */
const DURATION_MAX_SECONDS = 600

/**
 * @returns Undefined when help was asked for.
 * @throws StartupError that says what to write instead.
 */
export function readOptions(
  args: readonly string[],
  env: Record<string, string | undefined>,
): Options | undefined {
  const { values } = parse(args)
  if (values.help === true) return undefined
  const number = (name: keyof typeof values, otherwise: number, max: number): number => {
    const text = values[name]
    if (text === undefined) return otherwise
    const value = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= 1 && value <= max) return value
    throw new StartupError(`--${name} ${String(text)}: must be a whole number from 1 to ${max}.`)
  }
  const url = values.url === undefined ? undefined : target(values.url, values['i-own-this-host'])
  const databaseUrl = url === undefined ? undefined : env['DATABASE_URL']
  const tickets = number('tickets', 10_000, 1_000_000)
  const registers = url !== undefined && databaseUrl === undefined
  return {
    url,
    databaseUrl,
    authKey: url === undefined ? undefined : env['AUTH_KEY']?.replaceAll('\\n', '\n'),
    providerUrl: url === undefined ? undefined : env['STRIPE_API_URL'],
    tickets,
    requests: number('requests', tickets * REQUESTS_PER_TICKET, 10_000_000),
    ratePerSecond: number('rate', 5_000, 100_000),
    buyers: registers
      ? number('buyers', REGISTERED_BUYERS, REGISTERED_BUYERS_MAX)
      : number('buyers', tickets * BUYERS_PER_TICKET, 2_000_000),
    durationMaxSeconds: number('duration', DURATION_MAX_SECONDS, DURATION_MAX_SECONDS),
    connections: number('connections', 256, 10_000),
    seed: number('seed', 1 + Math.floor(Math.random() * 1_000_000), 4_294_967_295),
    isCold: values.cold === true,
    jsonPath: values.json,
  }
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    return parseArgs({
      args: [...args],
      options: {
        tickets: text,
        requests: text,
        rate: text,
        buyers: text,
        duration: text,
        connections: text,
        seed: text,
        json: text,
        cold: { type: 'boolean' },
        url: text,
        'i-own-this-host': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function target(text: string, isOwned = false): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:') {
    throw new StartupError(`--url ${text}: must be an address such as http://127.0.0.1:3000.`)
  }
  if (!isOwned && !isThisMachine(url.hostname)) {
    throw new StartupError(
      `${url.hostname} is not this machine, and a rush would harm whoever uses it. If it is yours to load, add --i-own-this-host.`,
    )
  }
  return url
}

function isThisMachine(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true
  return isIP(hostname) === 4 && hostname.startsWith('127.')
}
