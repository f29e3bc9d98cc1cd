/**
 * A WOFF file as the font that it packs. fontkit can read the packed one, but unpacks it in
 * JavaScript and again for every document, which took most of the time of drawing one.
 */
import { inflateSync } from 'node:zlib'

// The layout of both formats is in https://www.w3.org/TR/WOFF/.
const WOFF_HEADER_BYTES = 44
const WOFF_ENTRY_BYTES = 20
const FONT_HEADER_BYTES = 12
const FONT_ENTRY_BYTES = 16
const ALIGNMENT_BYTES = 4

export function unpackFont(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12)
  const head = Buffer.alloc(FONT_HEADER_BYTES + count * FONT_ENTRY_BYTES)
  const halvings = Math.floor(Math.log2(count))
  const searched = 2 ** halvings * FONT_ENTRY_BYTES
  woff.copy(head, 0, 4, 8)
  head.writeUInt16BE(count, 4)
  head.writeUInt16BE(searched, 6)
  head.writeUInt16BE(halvings, 8)
  head.writeUInt16BE(count * FONT_ENTRY_BYTES - searched, 10)

  const tables: Buffer[] = []
  let place = head.length
  for (let index = 0; index < count; index += 1) {
    const entry = woff.subarray(WOFF_HEADER_BYTES + index * WOFF_ENTRY_BYTES)
    const [from, packed, length] = [4, 8, 12].map((at) => entry.readUInt32BE(at)) as [number, number, number] // prettier-ignore
    const bytes = woff.subarray(from, from + packed)
    // What packing would not make smaller is there as it is.
    const table = packed < length ? inflateSync(bytes) : bytes
    const target = FONT_HEADER_BYTES + index * FONT_ENTRY_BYTES
    entry.copy(head, target, 0, 4)
    entry.copy(head, target + 4, 16, 20)
    head.writeUInt32BE(place, target + 8)
    head.writeUInt32BE(length, target + 12)
    const padding = Buffer.alloc((ALIGNMENT_BYTES - (length % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES)
    tables.push(table, padding)
    place += length + padding.length
  }
  return Buffer.concat([head, ...tables])
}
