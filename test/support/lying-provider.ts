/**
 * Something that passes for a provider of OpenID Connect and says what a test wants it to. It signs
 * nobody in: a test makes up the way back itself.
 */
import { type KeyObject, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Lies {
  /** Over those of an id token that is in order. */
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  /** Over what it says of itself. */
  metadata?: Record<string, unknown>
  /** Signs with a key that it does not publish, with the client's secret, not at all, or changes what was signed. */
  signature?: 'foreign' | 'secret' | 'none' | 'changed'
}

export interface LyingProvider extends AsyncDisposable {
  issuer: string
  lies: Lies
  /** What was sent to redeem codes. */
  redeemed: URLSearchParams[]
  /** Who asked what, so that a test sees that nobody did. */
  asked: string[]
  /** Of the next id token. */
  nonce: string
}

export const CLIENT = { id: 'the-shop', secret: 'a secret between the shop and the provider' }

const kid = 'its-key'

export async function startLyingProvider(): Promise<LyingProvider> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const server = createServer((request, response) => {
    void answer(request).then(({ status = 200, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider: LyingProvider = {
    issuer,
    lies: {},
    redeemed: [],
    asked: [],
    nonce: '',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return provider

  async function answer(request: IncomingMessage): Promise<{ status?: number; body: object }> {
    provider.asked.push(request.url ?? '')
    switch (request.url ?? '') {
      case '/.well-known/openid-configuration':
        return { body: { ...metadataOf(issuer), ...provider.lies.metadata } }
      case '/jwks':
        return { body: { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] } } // prettier-ignore
      case '/token':
        provider.redeemed.push(new URLSearchParams(await text(request)))
        return { body: { access_token: 'any', token_type: 'bearer', id_token: idToken() } }
      default:
        return { status: 404, body: {} }
    }
  }

  function idToken(): string {
    const { claims, header, signature } = provider.lies
    const now = Math.floor(Date.now() / 1000)
    const said = {
      iss: issuer,
      aud: CLIENT.id,
      sub: 'somebody',
      iat: now,
      exp: now + 300,
      nonce: provider.nonce,
      email: 'somebody@people.example',
      email_verified: true,
      ...claims,
    }
    const alg = { secret: 'HS256', none: 'none' }[signature as string] ?? 'RS256'
    const signed = `${encode({ alg, kid, ...header })}.${encode(said)}`
    return `${signed}.${signatureOf(signed)}`
  }

  function signatureOf(signed: string): string {
    const rsa = (key: KeyObject, what = signed) =>
      sign('sha256', Buffer.from(what), key).toString('base64url')
    switch (provider.lies.signature ?? 'own') {
      case 'foreign':
        return rsa(foreign.privateKey)
      case 'changed':
        return rsa(own.privateKey, `${signed} `)
      case 'secret':
        return createHmac('sha256', CLIENT.secret).update(signed).digest('base64url')
      case 'none':
        return ''
      case 'own':
        return rsa(own.privateKey)
    }
  }
}

const metadataOf = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
  code_challenge_methods_supported: ['plain', 'S256'],
  authorization_response_iss_parameter_supported: true,
})

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
