/**
 * Access tokens: JWTs signed with Ed25519, good for 15 minutes. Checked once, beside the event loop,
 * and remembered, since a check costs as much as the rest of a purchase; what can change in those
 * minutes (expiry, revocation) is checked on every use.
 *
 * We are the only issuer, so a token is held to what we issue, to the byte: its header must be one
 * of ours. That leaves no room for another algorithm, an unknown key, `crit`, or a key that the
 * token brings along.
 */
import { type KeyObject, hash, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../kernel/clock.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Authenticate, Principal, UserType } from '../../platform/http/access.ts'
import type { SigningKeys } from '../../platform/signing-keys.ts'

export const ACCESS_TOKEN_SECONDS = 900
/** How far the clocks of two machines may be apart. */
export const CLOCK_LEEWAY_SECONDS = 30

const ISSUER = 'box-office'
const AUDIENCE = 'box-office-api'
const TOKEN_LENGTH_MAX = 1_000
const REMEMBERED_MAX = 100_000
const USER_TYPES: ReadonlySet<unknown> = new Set<UserType>(['guest', 'organizer', 'admin'])
const USER_ID = /^[1-9]\d{0,15}$/

export interface AccessTokens {
  issue: (user: { id: number; userType: UserType; tokenVersion: number }) => string
  authenticate: Authenticate
}

export interface AccessTokensDeps {
  keys: SigningKeys
  clock: Clock
  /** The version that a user's tokens must have at least, when some were revoked lately. */
  minimumVersionOf: (userId: number) => number | undefined
}

interface Verified {
  principal: Principal
  tokenVersion: number
  expiresAtMs: number
}

export function createAccessTokens(deps: AccessTokensDeps): AccessTokens {
  const { keys, clock, minimumVersionOf } = deps
  const signingHeader = headerOf(keys.signing.kid)
  const keyByHeader = new Map([...keys.verifying].map(([kid, key]) => [headerOf(kid), key]))
  const remembered = new LRUCache<string, Verified>({ max: REMEMBERED_MAX })

  return {
    issue(user) {
      const now = Math.floor(clock() / 1000)
      const claims = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: String(user.id),
        iat: now,
        exp: now + ACCESS_TOKEN_SECONDS,
        role: user.userType,
        ver: user.tokenVersion,
      }
      const signed = `${signingHeader}.${encode(JSON.stringify(claims))}`
      const signature = sign(null, Buffer.from(signed), keys.signing.privateKey)
      const token = `${signed}.${signature.toString('base64url')}`
      // What we have just signed need not be checked when it comes back in a moment.
      remembered.set(digestOf(token), {
        principal: Object.freeze({ userId: user.id, userType: user.userType }),
        tokenVersion: user.tokenVersion,
        expiresAtMs: (claims.exp + CLOCK_LEEWAY_SECONDS) * 1000,
      })
      return token
    },

    authenticate(token): Principal | Promise<Principal> {
      if (token.length > TOKEN_LENGTH_MAX) throw new AppError('unauthenticated')
      // Remembered under its hash: a heap dump gives no token away.
      const digest = digestOf(token)
      const verified = remembered.get(digest)
      return verified === undefined ? authenticateNew(token, digest) : principalOf(verified)
    },
  }

  async function authenticateNew(token: string, digest: string): Promise<Principal> {
    const verified = await verifyToken(token, keyByHeader, clock)
    remembered.set(digest, verified)
    return principalOf(verified)
  }

  /** @throws AppError `unauthenticated` for a token that was good and is no longer. */
  function principalOf({ principal, tokenVersion, expiresAtMs }: Verified): Principal {
    if (clock() >= expiresAtMs) {
      throw new AppError('unauthenticated', { detail: 'The access token has expired.' })
    }
    const minimum = minimumVersionOf(principal.userId)
    if (minimum !== undefined && tokenVersion < minimum) {
      throw new AppError('unauthenticated', {
        detail: 'The access token was revoked: the account was changed. Sign in again.',
      })
    }
    return principal
  }
}

/** Runs in the thread pool: on the event loop it would stop all purchases for as long. */
const verifySignature = promisify(verify) as (
  algorithm: null,
  data: Buffer,
  key: KeyObject,
  signature: Buffer,
) => Promise<boolean>

async function verifyToken(
  token: string,
  keyByHeader: ReadonlyMap<string, KeyObject>,
  clock: Clock,
): Promise<Verified> {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.')
  const key = keyByHeader.get(header)
  if (key === undefined || rest.length > 0) throw notOurs()
  const signatureBytes = Buffer.from(signature, 'base64url')
  // Several texts stand for the same bytes; only the one that we wrote is the token.
  if (signatureBytes.toString('base64url') !== signature) throw notOurs()
  const signed = Buffer.from(`${header}.${payload}`)
  if (!(await verifySignature(null, signed, key, signatureBytes))) throw notOurs()
  return readClaims(payload, clock())
}

/** The claims of a token whose signature is good: another kind of token must not pass for one. */
function readClaims(payload: string, nowMs: number): Verified {
  const claims = parse(payload)
  const { iss, aud, sub, iat, exp, nbf, role, ver } = claims
  const latestStart = nowMs / 1000 + CLOCK_LEEWAY_SECONDS
  if (
    iss !== ISSUER ||
    aud !== AUDIENCE ||
    typeof sub !== 'string' ||
    !USER_ID.test(sub) ||
    !isTime(iat) ||
    !isTime(exp) ||
    iat > latestStart ||
    exp > iat + ACCESS_TOKEN_SECONDS ||
    (nbf !== undefined && (!isTime(nbf) || nbf > latestStart)) ||
    !USER_TYPES.has(role) ||
    !Number.isSafeInteger(ver)
  ) {
    throw notOurs()
  }
  return {
    principal: Object.freeze({ userId: Number(sub), userType: role as UserType }),
    tokenVersion: ver as number,
    expiresAtMs: (exp + CLOCK_LEEWAY_SECONDS) * 1000,
  }
}

function parse(payload: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return Object(claims) as Record<string, unknown>
  } catch (error) {
    throw new AppError('unauthenticated', { cause: error })
  }
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value)

const notOurs = () =>
  new AppError('unauthenticated', { detail: 'The access token is not one of ours.' })

const digestOf = (token: string): string => hash('sha256', token, 'base64url')

const encode = (text: string): string => Buffer.from(text).toString('base64url')

const headerOf = (kid: string): string =>
  encode(JSON.stringify({ alg: 'EdDSA', kid, typ: 'at+jwt' }))
