import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PNG } from 'pngjs'
import { qrMatrix, qrPath, qrPng, qrSvg } from './qr-code.ts'

const TEXT = 'BO1.A.1.TCK-ABC'

test('four light modules are around a code, and none of its own row or column is all light', () => {
  const matrix = qrMatrix(TEXT)
  const side = matrix.length
  const inMargin = (place: number) => place < 4 || place >= side - 4
  for (const [y, row] of matrix.entries()) {
    assert.equal(row.length, side)
    for (const [x, isDark] of row.entries()) {
      if (inMargin(x) || inMargin(y)) assert.equal(isDark, false, `${x} ${y}`)
    }
    assert.equal(row.includes(true), !inMargin(y), `row ${y}`)
  }
})

test('the picture is whole pixels of every module, and nothing but black and white', () => {
  const matrix = qrMatrix(TEXT)
  const image = PNG.sync.read(qrPng(TEXT))
  const scale = image.width / matrix.length
  assert.ok(Number.isInteger(scale) && scale >= 10, `${scale} pixels`)
  assert.equal(image.width, image.height)
  for (let y = 0; y < image.height; y += 1) {
    for (let x = 0; x < image.width; x += 1) {
      const isDark = matrix[Math.floor(y / scale)]?.[Math.floor(x / scale)]
      assert.equal(image.data[(y * image.width + x) * 4], isDark ? 0 : 255, `${x} ${y}`)
    }
  }
})

test('the path covers the dark modules and no others', () => {
  const matrix = qrMatrix(TEXT)
  const drawn = matrix.map((row) => row.map(() => false))
  for (const [, x, y, width] of qrPath(matrix).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let step = 0; step < Number(width); step += 1) {
      const row = drawn[Number(y)] as boolean[]
      row[Number(x) + step] = true
    }
  }
  assert.deepEqual(drawn, matrix)
})

test('the drawing has no size of its own, and is dark on light wherever it is shown', () => {
  const svg = qrSvg(TEXT).toString()
  assert.doesNotMatch(svg, / (width|height)=/)
  assert.match(svg, /viewBox="0 0 (\d+) \1"/)
  assert.match(svg, /fill="#fff"/)
})
