/** The key that a shop without AUTH_KEY makes for itself. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'

async function createFolder() {
  const path = await mkdtemp(join(tmpdir(), 'box-office-keys-'))
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true })
    },
  }
}

test('starters at once make one key, readable by its owner alone, and leave nothing else', async () => {
  await using folder = await createFolder()
  const dataDir = join(folder.path, 'not', 'there', 'yet')
  const loaded = await Promise.all(
    Array.from({ length: 16 }, async () => await loadSigningKeys({ authKey: undefined, dataDir })),
  )
  assert.equal(new Set(loaded.map((keys) => keys.signing.kid)).size, 1)
  const later = await loadSigningKeys({ authKey: undefined, dataDir })
  assert.equal(later.signing.kid, loaded[0]?.signing.kid)
  assert.deepEqual(await readdir(dataDir), ['auth-key.pem'])
  assert.equal((await stat(join(dataDir, 'auth-key.pem'))).mode & 0o777, 0o600)
})

test('a key that is given is used, and none is made', async () => {
  await using folder = await createFolder()
  await using other = await createFolder()
  const { signing } = await loadSigningKeys({ authKey: undefined, dataDir: other.path })
  const authKey = signing.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const keys = await loadSigningKeys({ authKey, dataDir: folder.path })
  assert.equal(keys.signing.kid, signing.kid)
  assert.deepEqual(await readdir(folder.path), [])
})

test('a file that holds no key stops the start and is left as it is', async () => {
  await using folder = await createFolder()
  await writeFile(join(folder.path, 'auth-key.pem'), '')
  await assert.rejects(loadSigningKeys({ authKey: undefined, dataDir: folder.path }), StartupError)
  assert.deepEqual(await readdir(folder.path), ['auth-key.pem'])
})
