/**
 * Links to files that open without signing in, for as long as they say. Whoever has one has the
 * file, so a link is as good as unguessable, names one version of one file, and expires. There is
 * nothing in it that a CDN would have to leave out of its key.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../kernel/clock.ts'

/** What `SigningKeys.deriveSecret` makes the key of. */
export const FILE_LINKS_PURPOSE = 'box-office file links 1'

/** One version of one file. */
export interface LinkedFile {
  /** What it belongs to: `orders/42` or `tickets/TCK-…`. */
  owner: string
  version: string
  /** `tickets.pdf` */
  name: string
}

export interface FileLinks {
  /** @param expiresAt Seconds since 1970. @returns The path. */
  pathOf: (file: LinkedFile, expiresAt: number) => string
  /** Whether we made this link and it has not expired. */
  isGood: (file: LinkedFile & { expires: string; signature: string }) => boolean
  /** When links end that are made now: the same all day, so that they can be cached. */
  expiresAt: () => number
}

const DAY_SECONDS = 86_400
const EXPIRES = /^[1-9]\d{0,11}$/

export function createFileLinks({ key, clock }: { key: Buffer; clock: Clock }): FileLinks {
  const signatureOf = ({ owner, version, name }: LinkedFile, expires: string) =>
    createHmac('sha256', key).update(`${owner}/${version}/${expires}/${name}`).digest('base64url')
  const nowSeconds = () => Math.floor(clock() / 1000)

  return {
    expiresAt: () => (Math.floor(nowSeconds() / DAY_SECONDS) + 2) * DAY_SECONDS,
    pathOf(file, expiresAt) {
      const expires = String(expiresAt)
      return `/files/${file.owner}/${file.version}/${expires}/${signatureOf(file, expires)}/${file.name}`
    },
    isGood({ expires, signature, ...file }) {
      const expected = Buffer.from(signatureOf(file, expires))
      const given = Buffer.from(signature)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
      return EXPIRES.test(expires) && Number(expires) > nowSeconds()
    },
  }
}
