import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
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
  await rm(root, { recursive: true })
})

test(
  'where the system makes no folders it says so',
  { skip: process.platform !== 'linux' && 'there is no /proc' },
  async () => {
    await assert.rejects(makeFolder('/proc/box-office/data'), { code: 'ENOENT' })
  },
)
