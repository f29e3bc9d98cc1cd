/**
 * The only reader of the environment and the command line: frozen, typed, every fault named at
 * once, so that nobody mends them one start at a time.
 */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { SignInSettings } from './contracts/sign-in.ts'
import { StartupError } from './kernel/startup-error.ts'
import type { Quota } from './platform/http/rate-limit.ts'
import { ownUrl } from './own-url.ts'
import { readSignInSettings } from './sign-in-settings.ts'

/** The parts that can run on their own; `all` is every one of them in one process. */
export const ROLES = [
  'user',
  'event',
  'ticketing',
  'payment',
  'admin',
  'web',
  'worker',
  'payment-simulator',
] as const
export type Role = (typeof ROLES)[number]

export interface Config {
  readonly isProduction: boolean
  readonly roles: ReadonlySet<Role>
  readonly host: string
  readonly port: number
  /** What links in mails begin with, without a slash at its end. */
  readonly publicUrl: string
  readonly signIn: SignInSettings
  readonly dataDir: string
  /** Undefined starts the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined
  /** Undefined keeps mail in the mailbox. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
  readonly payments: {
    /** Where the provider is; undefined is the simulator, in production Stripe. */
    readonly apiUrl: string | undefined
    /** Undefined for the simulator, whose secrets follow from the signing key. */
    readonly secretKey: string | undefined
    readonly webhookSecret: string | undefined
    /** Whether no real money moves. */
    readonly isSimulated: boolean
    readonly simulatorPort: number
    /** Where the simulator sends its webhooks; undefined is this process. */
    readonly webhookUrl: string | undefined
  }
  readonly rateLimits: { perAddress: Quota; perUser: Quota } | 'off'
  readonly sampleData: boolean
  readonly admin: { email: string; password: string } | undefined
  /** Signing keys as PEM; undefined keeps one in `dataDir`. */
  readonly authKey: string | undefined
  readonly tls: { certPath: string | undefined; keyPath: string | undefined; selfSigned: boolean }
  readonly trustedProxies: readonly string[]
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'
  /** Only for tests: accept a database that may forget what it confirmed. */
  readonly allowUnsafeDurability: boolean
  /** What the operator should know but need not mend. */
  readonly warnings: readonly string[]
}

type Environment = Record<string, string | undefined>

const PER_ADDRESS_DEFAULT = 3_000
const PER_USER_DEFAULT = 600
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const

/**
 * @param args What follows `serve` on the command line.
 * @throws StartupError that lists every fault.
 */
export function loadConfig(env: Environment, args: readonly string[]): Config {
  const faults: string[] = []
  const warnings: string[] = []
  const flags = readFlags(args, faults)
  const isProduction = env['NODE_ENV'] === 'production'

  const certPath = text(env, 'TLS_CERT')
  const keyPath = text(env, 'TLS_KEY')
  if ((certPath === undefined) !== (keyPath === undefined)) {
    faults.push('TLS_CERT and TLS_KEY go together: set both or neither.')
  }
  if (flags.tls !== undefined && flags.tls !== 'self-signed') {
    faults.push(`--tls ${flags.tls}: the only value is self-signed; or set TLS_CERT and TLS_KEY.`)
  }
  const authKey = text(env, 'AUTH_KEY')?.replaceAll('\\n', '\n')
  const smtpUrl = url(env, 'SMTP_URL', ['smtp:', 'smtps:'], faults)
  if (isProduction && authKey === undefined) {
    faults.push(
      'AUTH_KEY is missing: in production it holds the key that signs access tokens (make one: openssl genpkey -algorithm ed25519).',
    )
  }
  if (isProduction && smtpUrl === undefined) {
    faults.push('SMTP_URL is missing: in production there is no mailbox page, so mail must leave.')
  }
  const secretKey = text(env, 'STRIPE_SECRET_KEY')
  const webhookSecret = text(env, 'STRIPE_WEBHOOK_SECRET')
  if ((secretKey === undefined) !== (webhookSecret === undefined)) {
    faults.push('STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET go together: set both or neither.')
  }
  if (isProduction && secretKey === undefined) {
    faults.push('STRIPE_SECRET_KEY is missing: in production no payments are simulated.')
  }
  const publicUrl = url(env, 'PUBLIC_URL', ['https:', 'http:'], faults)?.replace(/\/+$/, '')
  if (isProduction && publicUrl === undefined) {
    faults.push('PUBLIC_URL is missing: links in mails begin with it: https://tickets.example.')
  }
  for (const name of ['REDIS_URL', 'AMQP_URL', 'DATABASE_REPLICA_URL']) {
    if (text(env, name) !== undefined) {
      warnings.push(`${name} is set, but this version does not use it yet: it runs without.`)
    }
  }

  const databaseUrl = url(env, 'DATABASE_URL', ['postgres:', 'postgresql:'], faults)
  const chosenRoles = roles(flags.role ?? 'all', faults)
  if (isProduction && flags.role === undefined) chosenRoles.delete('payment-simulator')
  if (isProduction && chosenRoles.has('payment-simulator')) {
    faults.push('--role payment-simulator: it moves no money, so it does not run in production.')
  }
  const apiUrl = url(env, 'STRIPE_API_URL', ['http:', 'https:'], faults)
  // With a provider named, `all` is everything else.
  if (flags.role === undefined && (apiUrl !== undefined || secretKey !== undefined)) {
    chosenRoles.delete('payment-simulator')
  }
  if (authKey === undefined && (databaseUrl !== undefined || flags.role !== undefined)) {
    warnings.push(
      'AUTH_KEY is not set, so the key that signs access tokens is kept in DATA_DIR: other processes on this database accept them only with the same AUTH_KEY or DATA_DIR.',
    )
  }

  const port = integer(flags.port ?? text(env, 'PORT') ?? '3000', 'PORT', 0, 65_535, faults)
  const host = flags.host ?? text(env, 'HOST') ?? '127.0.0.1'
  const config: Config = {
    isProduction,
    roles: chosenRoles,
    ...{ host, port },
    signIn: readSignInSettings((name) => text(env, name), { isProduction, publicUrl }, faults),
    publicUrl: publicUrl ?? ownUrl({ host, port, isTls: (certPath ?? flags.tls) !== undefined }),
    dataDir: resolve(text(env, 'DATA_DIR') ?? 'data'),
    databaseUrl,
    smtpUrl,
    payments: {
      apiUrl,
      secretKey,
      webhookSecret,
      isSimulated: secretKey === undefined,
      simulatorPort: integer(text(env, 'PAYMENT_SIMULATOR_PORT') ?? '0', 'PAYMENT_SIMULATOR_PORT', 0, 65_535, faults), // prettier-ignore
      webhookUrl: url(env, 'PAYMENT_SIMULATOR_WEBHOOK_URL', ['http:', 'https:'], faults),
    },
    mailFrom: text(env, 'MAIL_FROM') ?? 'Box Office <tickets@boxoffice.example>',
    rateLimits: rateLimits(text(env, 'RATE_LIMIT'), isProduction, faults),
    sampleData: !isProduction && onOff(env, 'SAMPLE_DATA', true, faults),
    admin: admin(env, faults),
    authKey,
    tls: { certPath, keyPath, selfSigned: flags.tls === 'self-signed' },
    trustedProxies: addresses(text(env, 'TRUSTED_PROXIES'), faults),
    logLevel: oneOf(env, 'LOG_LEVEL', LOG_LEVELS, isProduction ? 'info' : 'warn', faults),
    allowUnsafeDurability: text(env, 'ALLOW_UNSAFE_DURABILITY') === 'tests-only',
    warnings,
  }
  if (isProduction && text(env, 'SAMPLE_DATA') === 'on') {
    faults.push('SAMPLE_DATA=on: there is no sample data in production; remove it.')
  }
  if (faults.length > 0) {
    throw new StartupError(
      `The settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    )
  }
  return Object.freeze(config)
}

interface Flags {
  role?: string | undefined
  port?: string | undefined
  host?: string | undefined
  tls?: string | undefined
}

function readFlags(args: readonly string[], faults: string[]): Flags {
  try {
    return parseArgs({
      args: [...args],
      options: {
        role: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        tls: { type: 'string' },
      },
    }).values
  } catch (error) {
    faults.push(`${(error as Error).message} Known are --role, --port, --host, --tls.`)
    return {}
  }
}

/** An empty variable is as good as none. */
function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === undefined || value === '' ? undefined : value
}

function roles(value: string, faults: string[]): Set<Role> {
  if (value === 'all') return new Set(ROLES)
  const names = value.split(',').map((name) => name.trim())
  for (const name of names) {
    if (!ROLES.includes(name as Role)) {
      faults.push(`--role ${name}: must be all or some of ${ROLES.join(', ')}.`)
    }
  }
  return new Set(names as Role[])
}

function integer(value: string, name: string, min: number, max: number, faults: string[]): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= min && number <= max)) {
    faults.push(`${name}=${value}: must be a whole number from ${min} to ${max}.`)
  }
  return number
}

function oneOf<T extends string>(
  env: Environment,
  name: string,
  values: readonly T[],
  otherwise: T,
  faults: string[],
): T {
  const value = text(env, name)
  if (value === undefined) return otherwise
  if (!values.includes(value as T)) {
    faults.push(`${name}=${value}: must be one of ${values.join(', ')}.`)
  }
  return value as T
}

const onOff = (env: Environment, name: string, otherwise: boolean, faults: string[]): boolean =>
  oneOf(env, name, ['on', 'off'], otherwise ? 'on' : 'off', faults) === 'on'

function url(env: Environment, name: string, protocols: string[], faults: string[]) {
  const value = text(env, name)
  if (value === undefined) return undefined
  // The value may hold a password, so the fault does not repeat it.
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    faults.push(`${name} must be an address that begins with ${protocols.join('// or ')}//.`)
  }
  return value
}

function rateLimits(value: string | undefined, isProduction: boolean, faults: string[]) {
  if (value === 'off') {
    if (isProduction) faults.push('RATE_LIMIT=off is for tests; give numbers in production.')
    return 'off'
  }
  const [address, user, ...rest] = (value ?? `${PER_ADDRESS_DEFAULT},${PER_USER_DEFAULT}`).split(
    ',',
  )
  if (rest.length > 0) faults.push('RATE_LIMIT must be two numbers at most: per address, per user.')
  const perMinute = (text: string) => ({
    requests: integer(text.trim(), 'RATE_LIMIT', 1, 10_000_000, faults),
    windowSeconds: 60,
  })
  return {
    perAddress: perMinute(address ?? ''),
    perUser: perMinute(user ?? String(PER_USER_DEFAULT)),
  }
}

function admin(env: Environment, faults: string[]) {
  const email = text(env, 'ADMIN_EMAIL')
  const password = env['ADMIN_PASSWORD']
  if (email === undefined && password === undefined) return undefined
  if (email === undefined || password === undefined || password === '') {
    faults.push('ADMIN_EMAIL and ADMIN_PASSWORD go together: set both or neither.')
    return undefined
  }
  return { email, password }
}

function addresses(value: string | undefined, faults: string[]): string[] {
  const list = (value ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '') // prettier-ignore
  for (const address of list) {
    if (!isAddressOrRange(address)) {
      faults.push(`TRUSTED_PROXIES: ${address} is not an address such as 10.0.0.5 or 10.0.0.0/8.`)
    }
  }
  return list
}

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  if (bits === undefined) return true
  return /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
}
