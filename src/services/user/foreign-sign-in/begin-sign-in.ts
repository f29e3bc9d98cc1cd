import { AppError } from '../../../kernel/errors.ts'
import type { BeginCommand, ForeignSignIn } from './foreign-sign-in.ts'
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client'
import { type Provider, ProviderFault, type SignInSecrets } from './provider.ts'
import type { SealedNotes } from './sealed-notes.ts'

/** What a browser keeps while somebody signs in elsewhere. */
export interface Attempt extends SignInSecrets {
  /** An answer of another provider is none. */
  providerId: string
  next: string
  userId: number | undefined
}

export interface ProvidersDeps {
  providers: readonly Provider[]
  /** What addresses begin with; undefined takes what the request says. */
  origin: string | undefined
  attempts: SealedNotes<Attempt>
  /** Told what is wrong with a provider; people are only told that something is. */
  onFault: (providerId: string, fault: ProviderFault) => void
}

export async function beginSignIn(
  deps: ProvidersDeps,
  command: BeginCommand,
): ReturnType<ForeignSignIn['begin']> {
  const provider = providerOf(deps, command.providerId)
  const secrets = {
    state: randomState(),
    nonce: randomNonce(),
    verifier: randomPKCECodeVerifier(),
  }
  try {
    const url = await provider.signInUrl(redirectUriOf(deps, provider, command.origin), secrets)
    const { next, userId } = command
    const note = deps.attempts.seal({ ...secrets, providerId: provider.id, next, userId })
    return { url: url.href, note }
  } catch (error) {
    return { refused: reasonOf(deps, provider, error) }
  }
}

/** @throws AppError `not_found` */
export function providerOf(
  { providers }: Pick<ProvidersDeps, 'providers'>,
  providerId: string,
): Provider {
  const provider = providers.find(({ id }) => id === providerId)
  if (provider === undefined) throw new AppError('not_found')
  return provider
}

/** Of each provider another, so that the answer of one cannot pass for that of another. */
export function redirectUriOf(
  deps: ProvidersDeps,
  provider: Provider,
  requestOrigin: string | undefined,
): string {
  const origin = deps.origin ?? requestOrigin
  if (origin === undefined) throw new AppError('invalid_request', { field: 'host' })
  return `${origin}/sign-in/with/${provider.id}/callback`
}

/** @throws What is no fault of a provider. */
export function reasonOf(deps: ProvidersDeps, provider: Provider, error: unknown) {
  if (!(error instanceof ProviderFault)) throw error
  if (error.reason !== 'declined') deps.onFault(provider.id, error)
  return error.reason
}
