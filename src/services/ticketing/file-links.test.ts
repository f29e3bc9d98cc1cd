import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LinkedFile, createFileLinks } from './file-links.ts'

const NOW = Date.UTC(2030, 5, 1, 13)
const KEY = Buffer.alloc(32, 7)
const FILE: LinkedFile = { owner: 'orders/42', version: '2.1', name: 'tickets.pdf' }

const linksAt = (moment: number, key = KEY) => createFileLinks({ key, clock: () => moment })
const links = linksAt(NOW)

function parts(path: string): LinkedFile & { expires: string; signature: string } {
  const [, root, kind, id, version = '', expires = '', signature = '', name = ''] = path.split('/')
  assert.equal(root, 'files')
  return { owner: `${kind ?? ''}/${id ?? ''}`, version, expires, signature, name }
}

test('links that are made on one day are the same, and good for a day or two', () => {
  const expiresAt = links.expiresAt()
  assert.equal(linksAt(Date.UTC(2030, 5, 1)).expiresAt(), expiresAt)
  assert.equal(linksAt(Date.UTC(2030, 5, 1, 23, 59, 59, 999)).expiresAt(), expiresAt)
  assert.equal(expiresAt * 1000, Date.UTC(2030, 5, 3))
})

test('a link is good to the last second, and not after', () => {
  const expiresAt = Math.floor(NOW / 1000) + 10
  const link = parts(links.pathOf(FILE, expiresAt))
  assert.ok(linksAt(NOW + 9_999).isGood(link), 'a moment before')
  assert.ok(!linksAt(NOW + 10_000).isGood(link), 'at that moment')
})

test('a link is good for its file alone, and under its key', () => {
  const link = parts(links.pathOf(FILE, links.expiresAt()))
  assert.ok(links.isGood(link), 'as it was made')
  for (const change of [
    { owner: 'orders/43' },
    { version: '1.1' },
    { name: 'event.ics' },
    { expires: String(Number(link.expires) + 1) },
    { expires: `${link.expires} ` },
    { signature: '' },
    { signature: link.signature.slice(0, -1) },
    { signature: `${link.signature}A` },
    { signature: 'é'.repeat(43) },
  ]) {
    assert.ok(!links.isGood({ ...link, ...change }), JSON.stringify(change))
  }
  assert.ok(!linksAt(NOW, Buffer.alloc(32, 8)).isGood(link), 'under another key')
})

test('what is moved from one part of a link into the next makes another link', () => {
  const signature = (file: LinkedFile) => parts(links.pathOf(file, 1)).signature
  assert.notEqual(signature(FILE), signature({ ...FILE, version: '2', name: '1.tickets.pdf' }))
})

test('an expiry that is no number is none, though we signed it', () => {
  const link = parts(links.pathOf(FILE, Number.POSITIVE_INFINITY))
  assert.ok(!links.isGood(link), link.expires)
})
