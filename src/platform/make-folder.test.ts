import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from './make-folder.ts'

test('a folder is made with all above it, and the topmost new one is told', async () => {
  const root = await mkdtemp(join(tmpdir(), 'box-office-folder-'))
  assert.equal(await makeFolder(join(root, 'a', 'b', 'c')), join(root, 'a'))
  assert.equal((await stat(join(root, 'a', 'b', 'c'))).isDirectory(), true)
  assert.equal(await makeFolder(join(root, 'a', 'b', 'c')), undefined)
  await writeFile(join(root, 'file'), '')
  await assert.rejects(makeFolder(join(root, 'file')), { code: 'EEXIST' })
  await assert.rejects(makeFolder(join(root, 'file', 'd')), { code: 'ENOTDIR' })
  await symlink(join(root, 'gone'), join(root, 'link'))
  await assert.rejects(makeFolder(join(root, 'link')), { code: 'EEXIST' })
  await assert.rejects(makeFolder(join(root, 'link', 'd')), { code: 'EEXIST' })
  await rm(root, { recursive: true })
})

test('several may make the same folder at once', async () => {
  const root = await mkdtemp(join(tmpdir(), 'box-office-folder-'))
  const path = join(root, 'a', 'b', 'c')
  await Promise.all(Array.from({ length: 20 }, async () => await makeFolder(path)))
  assert.equal((await stat(path)).isDirectory(), true)
  await rm(root, { recursive: true })
})

test(
  'where the system makes no folders it says so',
  { skip: process.platform !== 'linux' && 'there is no /proc' },
  async () => {
    await assert.rejects(makeFolder('/proc/box-office/data'), { code: 'ENOENT' })
  },
)
