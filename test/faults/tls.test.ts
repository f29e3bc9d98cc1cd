/** Certificates: given ones that do not fit are named, the self-signed one is kept and renewed. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { generate } from 'selfsigned'
import { loadTls, type TlsOptions } from '../../src/platform/tls.ts'

test('without a pair and without asking for one there is none', async (t) => {
  assert.equal(await loadTls({ ...(await selfSigned(t)), selfSigned: false }), undefined)
})

test('a self-signed pair is kept, its key for the owner only', async (t) => {
  const options = { ...(await selfSigned(t)), hosts: ['shop.example', '10.1.2.3'] }
  const first = await loadTls(options)
  assert.deepEqual(await loadTls(options), first)
  assert.equal((await stat(join(options.dataDir, 'tls/key.pem'))).mode & 0o777, 0o600)
  const certificate = new X509Certificate(first?.cert ?? '')
  for (const name of ['localhost', 'shop.example']) assert.equal(certificate.checkHost(name), name)
  for (const ip of ['127.0.0.1', '10.1.2.3']) assert.equal(certificate.checkIP(ip), ip)
})

test('a self-signed pair is made anew for another host, near its end, or when it is torn', async (t) => {
  const options = await selfSigned(t)
  const first = await loadTls(options)
  const second = await loadTls({ ...options, hosts: ['shop.example'] })
  assert.notDeepEqual(second, first)

  const tls = join(options.dataDir, 'tls')
  await writeFile(join(tls, 'cert.pem'), first?.cert ?? '')
  const third = await loadTls(options)
  assert.notEqual(third?.cert, first?.cert)

  const soonMs = Date.now() + 10 * 24 * 60 * 60 * 1000
  const ending = await generate(undefined, { keyType: 'ec', notAfterDate: new Date(soonMs) })
  await writeFile(join(tls, 'cert.pem'), ending.cert)
  await writeFile(join(tls, 'key.pem'), ending.private)
  assert.notEqual((await loadTls(options))?.cert, ending.cert)
})

test('a given pair is used, and what is wrong with one is named', async (t) => {
  const options = await selfSigned(t)
  const [one, two] = [await loadTls(options), await generate(undefined, { keyType: 'ec' })]
  const tls = join(options.dataDir, 'tls')
  const [certPath, keyPath] = [join(tls, 'cert.pem'), join(tls, 'key.pem')]
  assert.deepEqual(await loadTls({ ...options, certPath, keyPath }), one)

  const otherKey = join(tls, 'other-key.pem')
  await writeFile(otherKey, two.private)
  const faults: [Partial<TlsOptions>, RegExp][] = [
    [{ certPath }, /TLS_KEY is needed/],
    [{ keyPath }, /TLS_CERT is needed/],
    [{ certPath: join(tls, 'gone.pem'), keyPath }, /TLS_CERT cannot be read: ENOENT/],
    [{ certPath: keyPath, keyPath }, /TLS_CERT .* must hold a certificate/],
    [{ certPath, keyPath: certPath }, /TLS_KEY .* must hold a private key/],
    [{ certPath, keyPath: otherKey }, /TLS_KEY .* is not the key of the certificate/],
  ]
  for (const [change, message] of faults) {
    await assert.rejects(loadTls({ ...options, ...change }), { name: 'StartupError', message })
  }
})

async function selfSigned(t: TestContext): Promise<TlsOptions> {
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-tls-'))
  t.after(async () => await rm(dataDir, { recursive: true }))
  return { certPath: undefined, keyPath: undefined, selfSigned: true, dataDir, hosts: [] }
}
