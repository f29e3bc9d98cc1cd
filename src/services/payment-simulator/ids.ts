/** Ids as Stripe writes them: a kind, an underscore, and 24 letters and digits at random. */
import { randomFillSync } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 24
/** Random bytes are asked for a thousand ids at a time: asking costs more than using them. */
const pool = Buffer.alloc(LENGTH * 1_000)
let used = pool.length

/** @param kind `pi`, `ch`, `re`, `evt`, `req`. @returns E.g. `pi_3x…`, more than 140 random bits. */
export const createId = (kind: string): string => `${kind}_${randomLetters()}`

/** 24 letters and digits. A bias of a few per cent of a bit does no harm in an id. */
export function randomLetters(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  let letters = ''
  for (const end = used + LENGTH; used < end; used++) {
    letters += ALPHABET[(pool[used] as number) % ALPHABET.length] as string
  }
  return letters
}
