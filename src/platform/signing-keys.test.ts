import assert from 'node:assert/strict'
import { type KeyObject, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { StartupError } from '../kernel/startup-error.ts'
import { parseSigningKeys } from './signing-keys.ts'

const one = generateKeyPairSync('ed25519')
const two = generateKeyPairSync('ed25519')

const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const publicPem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string
const jwk = (key: KeyObject) => key.export({ format: 'jwk' })

const kidsOf = (text: string) => parseSigningKeys(text, 'AUTH_KEY').jwks.keys.map((key) => key.kid)

test('the id of a key is its RFC 7638 thumbprint', () => {
  // The example of RFC 8037, appendix A.
  const key = JSON.stringify({
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  })
  assert.deepEqual(kidsOf(key), ['kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'])
})

test('the first key signs and the others verify, whatever form they come in', () => {
  const [kidOne, kidTwo] = [...kidsOf(privatePem(one.privateKey)), ...kidsOf(privatePem(two.privateKey))] // prettier-ignore
  const forms = [
    privatePem(one.privateKey) + privatePem(two.privateKey),
    `\n${privatePem(one.privateKey).trim()}\n\n${publicPem(two.publicKey)}`,
    JSON.stringify([jwk(one.privateKey), jwk(two.publicKey)]),
    JSON.stringify({ keys: [jwk(one.privateKey), jwk(two.privateKey)] }),
  ]
  for (const text of forms) {
    const keys = parseSigningKeys(text, 'AUTH_KEY')
    assert.equal(keys.signing.kid, kidOne)
    assert.equal(keys.signing.privateKey.equals(one.privateKey), true)
    assert.deepEqual([...keys.verifying.keys()], [kidOne, kidTwo])
    assert.deepEqual(
      [...keys.verifying.values()].map((key) => key.type),
      ['public', 'public'],
    )
    assert.doesNotMatch(JSON.stringify(keys.jwks), /"d"/)
  }
})

test('what cannot sign is refused without being repeated', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const wrong = [
    'secret text',
    '{"kty":"oct","k":"c2VjcmV0"}',
    '{"keys":[]}',
    '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----',
    privatePem(rsa),
    privatePem(one.privateKey) + privatePem(rsa),
    publicPem(one.publicKey) + privatePem(two.privateKey),
  ]
  for (const text of wrong) {
    assert.throws(
      () => parseSigningKeys(text, 'AUTH_KEY'),
      (error) => error instanceof StartupError && !error.message.includes('secret'),
      text,
    )
  }
})

test('a secret follows from the key and its purpose', () => {
  const keys = parseSigningKeys(privatePem(one.privateKey), 'AUTH_KEY')
  const again = parseSigningKeys(JSON.stringify(jwk(one.privateKey)), 'AUTH_KEY')
  const other = parseSigningKeys(privatePem(two.privateKey), 'AUTH_KEY')
  assert.equal(keys.deriveSecret('a').length, 32)
  assert.deepEqual(keys.deriveSecret('a'), again.deriveSecret('a'))
  assert.notDeepEqual(keys.deriveSecret('a'), keys.deriveSecret('b'))
  assert.notDeepEqual(keys.deriveSecret('a'), other.deriveSecret('a'))
  assert.equal(createPublicKey(keys.signing.privateKey).equals(one.publicKey), true)
})
