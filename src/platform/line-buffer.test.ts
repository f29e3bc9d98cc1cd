import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { LineBuffer } from './line-buffer.ts'

const BYTES = 100

function startBuffer(waitMaxMs: number) {
  const sent: Buffer[] = []
  const lines = new LineBuffer({ bytes: BYTES, waitMaxMs, send: (bytes) => sent.push(bytes) })
  return { sent, lines, text: () => Buffer.concat(sent).toString() }
}

test('lines leave together, whole and in order, whatever their length and letters', () => {
  const { sent, lines, text } = startBuffer(60_000)
  const written = Array.from({ length: 200 }, (_, n) => `${n} ${'€ü😀x'.repeat(n % 40)}\n`)
  for (const line of written) lines.write(line)
  lines.flush()
  lines.flush()
  assert.equal(text(), written.join(''))
  assert.ok(sent.length < written.length, `${sent.length} times for ${written.length} lines`)
  for (const bytes of sent) assert.equal(bytes.at(-1), '\n'.charCodeAt(0), 'no line is cut')
})

test('a lone line leaves by itself', async () => {
  const { lines, text } = startBuffer(5)
  lines.write('a lone line\n')
  assert.equal(text(), '')
  while (text() === '') await sleep(5)
  assert.equal(text(), 'a lone line\n')
})
