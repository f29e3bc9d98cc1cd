/** GitHub, which speaks OAuth 2 without id tokens: who somebody is, its API says. */
import * as oauth from 'openid-client'
import type { ProviderSettings } from '../../../contracts/sign-in.ts'
import { type Provider, ProviderFault } from './provider.ts'
import {
  PROVIDER_TIMEOUT_SECONDS,
  acceptSubject,
  allowPlainHttp,
  asking,
  authorizationUrl,
  isWithoutTls,
  redeemCode,
} from './redeem-code.ts'

const SCOPE = 'read:user user:email'

export function githubProvider(settings: ProviderSettings): Provider {
  const { id, name, issuer, apiUrl = '', clientId, clientSecret } = settings
  const configuration = new oauth.Configuration(
    {
      // It comes back with the answer (RFC 9207), where GitHub sends it.
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/access_token`,
    },
    clientId,
    clientSecret,
  )
  configuration.timeout = PROVIDER_TIMEOUT_SECONDS
  if (isWithoutTls(settings)) allowPlainHttp(configuration)

  async function ask(accessToken: string, path: string): Promise<unknown> {
    const headers = new Headers({ accept: 'application/vnd.github+json' })
    const url = new URL(apiUrl + path)
    const answer = await oauth.fetchProtectedResource(configuration, accessToken, url, 'GET', null, headers) // prettier-ignore
    if (answer.status === 200) return await answer.json()
    await answer.body?.cancel()
    const reason = answer.status >= 500 || answer.status === 429 ? 'away' : 'mistrusted'
    throw new ProviderFault(reason, `${path} answered ${answer.status}`)
  }

  return {
    id,
    name,
    issuer,
    signInUrl: async (redirectUri, secrets) =>
      await asking(
        async () => await authorizationUrl(configuration, redirectUri, secrets, { scope: SCOPE }),
      ),
    identify: async (redirectUri, secrets, answer) =>
      await asking(async () => {
        const tokens = await redeemCode(configuration, redirectUri, secrets, answer, undefined)
        const person = (await ask(tokens.access_token, '/user')) as { id?: unknown; name?: unknown }
        if (!Number.isSafeInteger(person.id)) {
          throw new ProviderFault('mistrusted', '/user has no id')
        }
        return {
          issuer,
          subject: acceptSubject(String(person.id)),
          email: verifiedPrimary(await ask(tokens.access_token, '/user/emails')),
          name: typeof person.name === 'string' ? person.name : undefined,
        }
      }),
  }
}

/** The one address that GitHub writes to, when it knows that it is theirs. */
function verifiedPrimary(emails: unknown): string | undefined {
  if (!Array.isArray(emails)) throw new ProviderFault('mistrusted', '/user/emails is no list')
  const [address] = (emails as { email?: unknown; primary?: unknown; verified?: unknown }[]).filter(
    ({ primary, verified }) => primary === true && verified === true,
  )
  return typeof address?.email === 'string' ? address.email : undefined
}
