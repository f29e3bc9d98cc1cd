import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { PosterCards } from './poster-cards.ts'

const BYTES_MAX = 60_000

test('a poster is drawn as a small file of the size that previews have, always the same', async () => {
  const cards = new PosterCards()
  const subjects = ['Concert', 'Sport', 'Theatre', null].map((category, id) => ({ id, category }))
  const files = await Promise.all(subjects.map(async (subject) => await cards.find(subject)))
  for (const [index, file] of files.entries()) {
    const { format, width, height } = await sharp(file).metadata()
    assert.deepEqual({ format, width, height }, { format: 'png', width: 1200, height: 630 })
    assert.ok(file.length <= BYTES_MAX, `${subjects[index]?.category ?? 'none'}: ${file.length}`)
    const { entropy } = await sharp(file).stats()
    assert.ok(entropy > 0.5, 'there is something on it')
  }
  assert.equal(new Set(files.map((file) => file.toString('base64'))).size, files.length)
  const [concert] = subjects
  assert.ok(concert, 'there is one')
  assert.equal(await cards.find(concert), files[0], 'it is drawn once')
})
