/**
 * The Ed25519 keys that access tokens are signed with. The first one signs; the others only verify,
 * so that a key can be replaced: put the new one first, and drop the old one when its last token
 * has expired.
 */
import {
  type JsonWebKey,
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  randomUUID,
} from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartupError } from '../kernel/startup-error.ts'
import { dataDirFault } from './embedded-postgres/data-dir.ts'
import { makeFolder } from './make-folder.ts'

/** A public key as RFC 7517 publishes it. */
export interface PublicJwk {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  kid: string
  alg: 'EdDSA'
  use: 'sig'
}

export interface SigningKeys {
  /** The key that signs. */
  signing: { kid: string; privateKey: KeyObject }
  /** Every key that may have signed a token that is still good, by its id. */
  verifying: ReadonlyMap<string, KeyObject>
  /** The same keys, for publishing. */
  jwks: { keys: PublicJwk[] }
  /** A secret of 32 bytes for another purpose, the same in every process that has the same key. */
  deriveSecret: (purpose: string) => Buffer
}

const KEY_FILE = 'auth-key.pem'
const PEM_BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g

/**
 * @param options.authKey Keys as PEM blocks one after the other, or JWKs, or a JWK set.
 * Undefined keeps one key in `dataDir`, which is made when it is not there yet.
 * @throws StartupError when there is no usable key.
 */
export async function loadSigningKeys(options: {
  authKey: string | undefined
  dataDir: string
}): Promise<SigningKeys> {
  if (options.authKey !== undefined) return parseSigningKeys(options.authKey, 'AUTH_KEY')
  const path = join(options.dataDir, KEY_FILE)
  return parseSigningKeys((await readKeyFile(path)) ?? (await createKeyFile(path)), path)
}

/**
 * @param source Where the text comes from, for the error.
 * @throws StartupError when a key in `text` is not an Ed25519 key or the first cannot sign.
 */
export function parseSigningKeys(text: string, source: string): SigningKeys {
  const keys = readKeys(text, source)
  const [first] = keys
  if (first?.type !== 'private') {
    throw new StartupError(
      `${source} must begin with an Ed25519 private key (make one: openssl genpkey -algorithm ed25519).`,
    )
  }
  const published = keys.map(publicJwk)
  const kid = published[0]?.kid ?? ''
  const secret = first.export({ format: 'jwk' }).d ?? ''
  return {
    signing: { kid, privateKey: first },
    verifying: new Map(
      keys.map((key, index) => [
        published[index]?.kid ?? '',
        key.type === 'private' ? createPublicKey(key) : key,
      ]),
    ),
    jwks: { keys: published },
    deriveSecret: (purpose) =>
      Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', purpose, 32)),
  }
}

function readKeys(text: string, source: string): KeyObject[] {
  try {
    const keys = text.trimStart().startsWith('-')
      ? [...text.matchAll(PEM_BLOCK)].map(([block]) =>
          block.includes('PRIVATE KEY') ? createPrivateKey(block) : createPublicKey(block),
        )
      : readJwks(JSON.parse(text)).map((key) =>
          key.d === undefined
            ? createPublicKey({ key, format: 'jwk' })
            : createPrivateKey({ key, format: 'jwk' }),
        )
    if (keys.every((key) => key.asymmetricKeyType === 'ed25519')) return keys
  } catch {
    // The driver's message may quote the key, so it goes nowhere.
  }
  throw new StartupError(`${source} must hold Ed25519 keys, as PEM or as JWK.`)
}

function readJwks(value: unknown): JsonWebKey[] {
  if (Array.isArray(value)) return value as JsonWebKey[]
  const { keys } = value as { keys?: JsonWebKey[] }
  return keys ?? [value as JsonWebKey]
}

function publicJwk(key: KeyObject): PublicJwk {
  const { x = '' } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  // RFC 7638: the required members, in this order, without spaces.
  const thumbprint = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`)
  return { kty: 'OKP', crv: 'Ed25519', x, kid: thumbprint.digest('base64url'), alg: 'EdDSA', use: 'sig' } // prettier-ignore
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw keyFileFault(error, path, 'read')
  }
}

/** @returns The key that is in the file in the end, which another process may have made. */
async function createKeyFile(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const draft = `${path}.${randomUUID()}`
  try {
    await makeFolder(dirname(path))
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }))
      await file.sync()
    } finally {
      await file.close()
    }
    // Only one of several starters gets the name, and nobody ever reads half a file.
    await link(draft, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
    return await readFile(path, 'utf8')
  } catch (error) {
    throw keyFileFault(error, path, 'made')
  } finally {
    await rm(draft, { force: true })
  }
}

function keyFileFault(error: unknown, path: string, done: 'read' | 'made'): unknown {
  const fault = dataDirFault(error, dirname(path))
  if (fault instanceof StartupError) return fault
  return new StartupError(`${path} cannot be ${done}: ${(error as Error).message}`, {
    cause: error,
  })
}
