import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { reencodePicture } from './reencode-picture.ts'

const plain = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 4, background: { r: 200, g: 30, b: 30, alpha: 0.5 } },
  })

const refused = (upload: Buffer, words: RegExp) =>
  assert.rejects(reencodePicture(upload), (error: { code?: string; message: string }) => {
    assert.equal(error.code, 'invalid_value')
    assert.match(JSON.stringify(error) + error.message, words)
    return true
  })

test('a picture is served in three widths and as a card, each of them decodable', async () => {
  const { files, card, colour } = await reencodePicture(await plain(800, 600).png().toBuffer())
  assert.match(colour, /^#[0-9a-f]{6}$/)
  assert.equal(files.length, 6)
  for (const file of [...files, card]) {
    const found = await sharp(file.bytes).metadata()
    assert.deepEqual(
      [found.width, found.height, found.format, found.hasAlpha],
      [file.width, file.height, file.format, false],
    )
  }
})

test('the place and the orientation of a photograph do not come through', async () => {
  const photograph = await plain(640, 360)
    .jpeg()
    .withExif({ IFD3: { GPSLatitude: '52/1 31/1 0/1', GPSLatitudeRef: 'N' } })
    .withMetadata({ orientation: 6 })
    .toBuffer()
  assert.notEqual((await sharp(photograph).metadata()).exif, undefined)
  const { files, card } = await reencodePicture(photograph)
  for (const file of [...files, card]) {
    const { exif, orientation, xmp, icc } = await sharp(file.bytes).metadata()
    assert.deepEqual([exif, orientation, xmp, icc], [undefined, undefined, undefined, undefined])
  }
})

test('what is no picture of the four formats is refused by its bytes', async () => {
  await refused(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), /JPEG/)
  await refused(await plain(20, 20).gif().toBuffer(), /JPEG/)
  await refused(await plain(20, 20).tiff().toBuffer(), /JPEG/)
  await refused(Buffer.alloc(0), /JPEG/)
})

test('what follows the pixels of a file does not come through', async () => {
  const page = Buffer.from('<script>alert(1)</script>')
  const { files } = await reencodePicture(
    Buffer.concat([await plain(64, 36).jpeg().toBuffer(), page]),
  )
  for (const { bytes } of files) assert.equal(bytes.includes('<script'), false)
})

test('half a file and one with too many pixels are refused', async () => {
  const whole = await plain(800, 600).jpeg().toBuffer()
  await refused(whole.subarray(0, whole.length / 2), /decoded/)
  const bomb = await plain(8000, 8000).png().toBuffer()
  await refused(bomb, /pixels/)
})

test('a picture is turned as the camera was held', async () => {
  const blue = await plain(320, 360)
    .flatten({ background: '#0000ff' })
    .tint('#0000ff')
    .png()
    .toBuffer()
  const sideways = await sharp({
    create: { width: 640, height: 360, channels: 3, background: '#ff0000' },
  })
    .composite([{ input: blue, left: 0, top: 0 }])
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const { files } = await reencodePicture(sideways)
  // What was on the left is above: both ends of the first row are of one colour.
  const { data, info } = await sharp(files[0]?.bytes).raw().toBuffer({ resolveWithObject: true })
  const last = (info.width - 1) * info.channels
  assert.ok(
    (data[2] ?? 0) > (data[0] ?? 0) && (data[last + 2] ?? 0) > (data[last] ?? 0),
    'both ends are blue',
  )
})
