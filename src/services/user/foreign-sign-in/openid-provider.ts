/** A provider that speaks OpenID Connect. What it says of itself is asked when it is first needed. */
import * as oauth from 'openid-client'
import { type Clock, steadyClock } from '../../../kernel/clock.ts'
import type { ProviderSettings } from '../../../contracts/sign-in.ts'
import { type Provider, ProviderFault, type ProvenIdentity } from './provider.ts'
import {
  PROVIDER_TIMEOUT_SECONDS,
  acceptSubject,
  allowPlainHttp,
  asking,
  authorizationUrl,
  isWithoutTls,
  redeemCode,
} from './redeem-code.ts'

/** Providers move their addresses rarely; keys are looked up anew by the library. */
const DISCOVERY_KEPT_MS = 3_600_000
const SCOPE = 'openid email profile'

export function openIdProvider(settings: ProviderSettings, clock: Clock = steadyClock): Provider {
  const { id, name, issuer } = settings
  let known: { configuration: Promise<oauth.Configuration>; until: number } | undefined

  /** One question for all who wait; one that failed is asked again. */
  async function configured(): Promise<oauth.Configuration> {
    if (known === undefined || known.until <= clock()) {
      const asked = { configuration: discover(settings), until: clock() + DISCOVERY_KEPT_MS }
      known = asked
      asked.configuration.catch(() => {
        if (known === asked) known = undefined
      })
    }
    return await known.configuration
  }

  return {
    id,
    name,
    issuer,
    signInUrl: async (redirectUri, secrets) =>
      await asking(
        async () =>
          await authorizationUrl(await configured(), redirectUri, secrets, {
            scope: SCOPE,
            nonce: secrets.nonce,
          }),
      ),
    identify: async (redirectUri, secrets, answer) =>
      await asking(async () => {
        const configuration = await configured()
        const tokens = await redeemCode(configuration, redirectUri, secrets, answer, secrets.nonce)
        const claims = tokens.claims()
        // The library checks `azp` only where there are several audiences.
        if (claims?.azp !== undefined && claims.azp !== settings.clientId) {
          throw new ProviderFault('mistrusted', 'the id token was given to somebody else')
        }
        const subject = acceptSubject(claims?.sub)
        const person =
          claims?.['email'] === undefined && configuration.serverMetadata().userinfo_endpoint
            ? await oauth.fetchUserInfo(configuration, tokens.access_token, subject)
            : (claims ?? {})
        return { issuer, subject, ...readPerson(person) }
      }),
  }
}

async function discover(settings: ProviderSettings): Promise<oauth.Configuration> {
  const { issuer, clientId, clientSecret } = settings
  const configuration = await oauth.discovery(
    new URL(issuer),
    clientId,
    { client_secret: clientSecret },
    // Either way sends the secret; which one is asked for, the provider says, or the second is meant.
    (server, client, body, headers) => {
      const methods = server.token_endpoint_auth_methods_supported
      const authenticate = methods?.includes('client_secret_post')
        ? oauth.ClientSecretPost(clientSecret)
        : oauth.ClientSecretBasic(clientSecret)
      authenticate(server, client, body, headers)
    },
    {
      timeout: PROVIDER_TIMEOUT_SECONDS,
      execute: [
        // Else a signature would count for nothing, where TLS says who is there.
        oauth.enableNonRepudiationChecks,
        ...(isWithoutTls(settings) ? [allowPlainHttp] : []),
      ],
    },
  )
  requireSound(configuration.serverMetadata(), issuer)
  return configuration
}

/** @throws ProviderFault for a provider that nobody should sign in with. */
function requireSound(server: Readonly<oauth.ServerMetadata>, issuer: string): void {
  if (server.issuer !== issuer) {
    throw new ProviderFault('mistrusted', `OIDC_ISSUER must be to the letter ${server.issuer}`)
  }
  if (server.code_challenge_methods_supported?.includes('S256') === false) {
    throw new ProviderFault('mistrusted', 'the provider takes no PKCE challenge of S256')
  }
}

function readPerson(claims: Record<string, unknown>): Pick<ProvenIdentity, 'email' | 'name'> {
  const { email, email_verified: isVerified, name } = claims
  return {
    // To the letter: a provider that writes it otherwise may mean anything by it.
    email: isVerified === true && typeof email === 'string' ? email : undefined,
    name: typeof name === 'string' ? name : undefined,
  }
}
