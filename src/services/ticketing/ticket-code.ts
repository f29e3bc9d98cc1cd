/**
 * Ticket codes: `TCK-`, nine characters that grow with time, then 128 random bits. The prefix
 * keeps the unique index growing at its right edge, where the page is in memory; the random part
 * is what nobody can guess. Crockford's base 32 has no letters that look like digits, and its
 * order in ASCII is the order of the values.
 */
import { randomFillSync } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_CHARACTERS = 9
const RANDOM_BYTES = 16
const POOL_BYTES = RANDOM_BYTES * 256

const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES

/** @param at Milliseconds since 1970. */
export function createTicketCode(at: number): string {
  if (used === POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const random = base32(pool, used, used + RANDOM_BYTES)
  pool.fill(0, used, used + RANDOM_BYTES)
  used += RANDOM_BYTES
  return `TCK-${timePrefix(at)}${random}`
}

let prefixAt = -1
let prefix = ''

function timePrefix(at: number): string {
  if (at === prefixAt) return prefix
  let rest = at
  let text = ''
  for (let place = 0; place < TIME_CHARACTERS; place += 1) {
    text = ALPHABET.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  prefixAt = at
  prefix = text
  return text
}

/** Five bits a character, from byte `from` to before byte `to`; 16 bytes are 26 characters. */
export function base32(bytes: Buffer, from: number, to: number): string {
  let text = ''
  let value = 0
  let bits = 0
  for (let place = from; place < to; place += 1) {
    value = (value << 8) | bytes.readUInt8(place)
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((value >>> bits) & 31)
    }
    value &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET.charAt((value << (5 - bits)) & 31) : text
}
