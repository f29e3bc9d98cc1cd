import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { chooseEncoding, encode } from './content-encoding.ts'

test('the smallest packing is chosen that the browser can unpack', () => {
  for (const [header, chosen] of [
    [undefined, 'identity'],
    ['', 'identity'],
    ['deflate', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP;q=1.0, BR;q=0.5', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.000, gzip;q=0', 'identity'],
    ['brotli, xgzip', 'identity'],
  ] as const) {
    assert.equal(chooseEncoding(header), chosen, header)
  }
})

test('what was packed is unpacked to the byte', async () => {
  const page = Buffer.from('<p>Größe</p>'.repeat(1_000))
  assert.deepEqual(brotliDecompressSync(await encode(page, 'br')), page)
  assert.deepEqual(gunzipSync(await encode(page, 'gzip')), page)
  assert.equal(await encode(page, 'identity'), page)
})
