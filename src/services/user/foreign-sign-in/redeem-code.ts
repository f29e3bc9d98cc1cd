/** What providers of both kinds have in common; `openid-client` does the checking. */
import * as oauth from 'openid-client'
import type { ProviderSettings } from '../../../contracts/sign-in.ts'
import { ProviderFault, type SignInSecrets } from './provider.ts'

/** Somebody is waiting in front of a blank page. */
export const PROVIDER_TIMEOUT_SECONDS = 5
const SUBJECT = /^[\x21-\x7e]{1,255}$/

/** Where to send a browser: always with PKCE, and S256. */
export async function authorizationUrl(
  configuration: oauth.Configuration,
  redirectUri: string,
  secrets: SignInSecrets,
  parameters: Record<string, string>,
): Promise<URL> {
  return oauth.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    state: secrets.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(secrets.verifier),
    code_challenge_method: 'S256',
    ...parameters,
  })
}

/** Redeems the code of an answer, from exactly the address that it was sent to. */
export async function redeemCode(
  configuration: oauth.Configuration,
  redirectUri: string,
  secrets: SignInSecrets,
  answer: URLSearchParams,
  expectedNonce: string | undefined,
): Promise<Awaited<ReturnType<typeof oauth.authorizationCodeGrant>>> {
  const url = new URL(redirectUri)
  url.search = answer.toString()
  return await oauth.authorizationCodeGrant(configuration, url, {
    expectedState: secrets.state,
    pkceCodeVerifier: secrets.verifier,
    ...(expectedNonce === undefined ? {} : { expectedNonce }),
  })
}

/** The settings let nothing through without TLS but what is on this machine. */
export const isWithoutTls = ({ issuer }: ProviderSettings): boolean => issuer.startsWith('http:')

/** The library marks it as deprecated to make it stand out; a test provider has no certificate. */
export const allowPlainHttp = oauth.allowInsecureRequests

/** @throws ProviderFault for what is no name of a person. */
export function acceptSubject(subject: unknown): string {
  if (typeof subject === 'string' && SUBJECT.test(subject)) return subject
  throw new ProviderFault('mistrusted', 'the subject is no name of a person')
}

/** Runs what asks a provider, and says in one word what went wrong; never with a code or a token. */
export async function asking<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProviderFault) throw error
    throw new ProviderFault(reasonOf(error), wordsOf(error))
  }
}

/** What a provider answers that cannot answer now. */
const FOR_NOW = new Set(['server_error', 'temporarily_unavailable'])

function reasonOf(error: unknown): ProviderFault['reason'] {
  if (error instanceof oauth.AuthorizationResponseError) {
    if (error.error === 'access_denied') return 'declined'
    return FOR_NOW.has(error.error) ? 'away' : 'mistrusted'
  }
  if (error instanceof oauth.ResponseBodyError) return error.status >= 500 ? 'away' : 'mistrusted'
  if (error instanceof oauth.ClientError) {
    if (error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_ABORT') return 'away'
    const { cause } = error
    return cause instanceof Response && cause.status >= 500 ? 'away' : 'mistrusted'
  }
  // What fetch throws when nobody answers.
  return error instanceof TypeError ? 'away' : 'mistrusted'
}

function wordsOf(error: unknown): string {
  const { message, code, cause } = error as Error & { code?: unknown }
  const more = cause instanceof Error ? cause.message : undefined
  return [message, code, more].filter((word) => typeof word === 'string').join(': ')
}
