import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { StartupError } from '../kernel/startup-error.ts'
import { dataDirFault, inheritOwner, prepareDataDir } from './embedded-postgres/data-dir.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const SELF_SIGNED_DAYS = 365
const RENEW_BEFORE_DAYS = 30
/** Clocks differ: a browser's may still be behind ours. */
const CLOCK_TOLERANCE_MS = 60 * 60 * 1000
const ALWAYS_COVERED = ['localhost', '127.0.0.1', '::1']

/** PEM texts, as `https.createServer` takes them. */
export interface TlsPair {
  cert: string
  key: string
}

export interface TlsOptions {
  certPath: string | undefined
  keyPath: string | undefined
  selfSigned: boolean
  dataDir: string
  /** Names and addresses by which browsers reach us; a self-signed pair is made for them. */
  hosts: readonly string[]
}

/** Undefined: plain HTTP. A given pair goes before a self-signed one. */
export async function loadTls(options: TlsOptions): Promise<TlsPair | undefined> {
  const { certPath, keyPath, selfSigned } = options
  if (certPath !== undefined && keyPath !== undefined) return await readGiven(certPath, keyPath)
  if (certPath !== undefined) throw new StartupError('TLS_CERT is set, so TLS_KEY is needed too.')
  if (keyPath !== undefined) throw new StartupError('TLS_KEY is set, so TLS_CERT is needed too.')
  return selfSigned ? await keepSelfSigned(options) : undefined
}

async function readGiven(certPath: string, keyPath: string): Promise<TlsPair> {
  const pair = {
    cert: await readNamed(certPath, 'TLS_CERT'),
    key: await readNamed(keyPath, 'TLS_KEY'),
  }
  const certificate = parseNamed(() => new X509Certificate(pair.cert), {
    variable: 'TLS_CERT',
    path: certPath,
    wanted: 'a certificate in PEM form, the server’s own first',
  })
  const key = parseNamed(() => createPrivateKey(pair.key), {
    variable: 'TLS_KEY',
    path: keyPath,
    wanted: 'a private key in PEM form without a passphrase',
  })
  if (!certificate.checkPrivateKey(key)) {
    throw new StartupError(
      `TLS_KEY (${keyPath}) is not the key of the certificate in TLS_CERT (${certPath}).`,
    )
  }
  return pair
}

async function readNamed(path: string, variable: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new StartupError(`${variable} cannot be read: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

function parseNamed<T>(
  parse: () => T,
  { variable, path, wanted }: { variable: string; path: string; wanted: string },
): T {
  try {
    return parse()
  } catch (error) {
    throw new StartupError(`${variable} (${path}) must hold ${wanted}.`, { cause: error })
  }
}

/** The same pair on every start, so that a browser has to be told only once to trust it. */
async function keepSelfSigned({ dataDir, hosts }: TlsOptions): Promise<TlsPair> {
  const dir = join(await prepareDataDir(dataDir), 'tls')
  const names = [...new Set([...ALWAYS_COVERED, ...hosts])]
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await inheritOwner(dir)
    const kept = await readKept(dir)
    if (kept !== undefined && isStillGood(kept, names)) return kept
    const made = await makeSelfSigned(names)
    await writeWhole(join(dir, 'key.pem'), made.key, 0o600)
    await writeWhole(join(dir, 'cert.pem'), made.cert, 0o644)
    return made
  } catch (error) {
    throw dataDirFault(error, dir)
  }
}

async function readKept(dir: string): Promise<TlsPair | undefined> {
  try {
    const [cert, key] = await Promise.all([
      readFile(join(dir, 'cert.pem'), 'utf8'),
      readFile(join(dir, 'key.pem'), 'utf8'),
    ])
    return { cert, key }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** False also for a pair whose halves do not belong together: a write was cut off between them. */
function isStillGood(pair: TlsPair, names: string[]): boolean {
  try {
    const certificate = new X509Certificate(pair.cert)
    const renewAtMs = Date.parse(certificate.validTo) - RENEW_BEFORE_DAYS * DAY_MS
    const covers = (name: string) =>
      isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)
    return (
      Date.now() < renewAtMs &&
      certificate.checkPrivateKey(createPrivateKey(pair.key)) &&
      names.every((name) => covers(name) !== undefined)
    )
  } catch {
    return false
  }
}

async function makeSelfSigned(names: string[]): Promise<TlsPair> {
  const nowMs = Date.now()
  const altNames = names.map((name) =>
    isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name },
  )
  // A hundred and fifty modules that hardly anybody needs.
  const { generate } = await import('selfsigned')
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'Box Office' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - CLOCK_TOLERANCE_MS),
    notAfterDate: new Date(nowMs + SELF_SIGNED_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  return { cert, key }
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${process.pid}`
  await writeFile(draft, text, { mode })
  await chmod(draft, mode)
  await inheritOwner(draft)
  await rename(draft, path)
}
