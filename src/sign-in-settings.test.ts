import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './config.ts'

const GOOGLE = { GOOGLE_CLIENT_ID: 'an id', GOOGLE_CLIENT_SECRET: 'a secret' }
const OIDC = { OIDC_ISSUER: 'https://login.example/realm', OIDC_CLIENT_ID: 'an id', OIDC_CLIENT_SECRET: 'a secret' } // prettier-ignore

test('nobody signs in elsewhere unless a provider is configured', () => {
  assert.deepEqual(loadConfig({}, []).signIn, { origin: undefined, providers: [] })
})

test('providers are those whose client is there, under the names that people know', () => {
  const GITHUB = { GITHUB_CLIENT_ID: 'an id', GITHUB_CLIENT_SECRET: 'a secret' }
  const PUBLIC_URL = 'https://tickets.example/'
  const { origin, providers } = loadConfig({ ...OIDC, ...GITHUB, ...GOOGLE, PUBLIC_URL }, []).signIn
  assert.equal(origin, 'https://tickets.example')
  assert.deepEqual(
    providers.map(({ id, name, issuer }) => [id, name, issuer]),
    [
      ['google', 'Google', 'https://accounts.google.com'],
      ['github', 'GitHub', 'https://github.com/login/oauth'],
      ['oidc', 'login.example', 'https://login.example/realm'],
    ],
  )
  const [named] = loadConfig({ ...OIDC, OIDC_NAME: 'Example' }, []).signIn.providers
  assert.equal(named?.name, 'Example')
})

test('half of a provider is a fault that names what is missing', () => {
  const faults: [Record<string, string>, RegExp][] = [
    [{ GOOGLE_CLIENT_ID: 'an id' }, /GOOGLE_CLIENT_SECRET is missing/],
    [{ GITHUB_CLIENT_SECRET: 'a secret' }, /GITHUB_CLIENT_ID is missing/],
    [{ OIDC_ISSUER: OIDC.OIDC_ISSUER }, /OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET/],
    [{ ...OIDC, OIDC_ISSUER: '' }, /OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET/],
    [{ ...OIDC, OIDC_ISSUER: 'http://login.example' }, /OIDC_ISSUER must be an address/],
    [{ GITHUB_API_URL: 'api.github.com' }, /GITHUB_API_URL must be an address/],
  ]
  for (const [env, message] of faults) {
    assert.throws(() => loadConfig(env, []), { name: 'StartupError', message })
  }
})

test('without TLS a provider is at this machine, and never in production', () => {
  const env = { ...OIDC, OIDC_ISSUER: 'http://127.0.0.1:4000' }
  assert.equal(loadConfig(env, []).signIn.providers[0]?.issuer, 'http://127.0.0.1:4000')
  assert.throws(() => loadConfig({ ...env, NODE_ENV: 'production' }, []), /OIDC_ISSUER must be/)
})
