/**
 * Whoever signed in on a device before is known there, by a cookie that nobody else can make. Wrong
 * passwords from such a device are counted by themselves, so that a stranger who keeps guessing at
 * an account does not keep its owner out.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface KnownDevices {
  /** A cookie for the device that a user just signed in on. */
  issue: (userId: number) => string
  /** The id of the device, when the cookie was issued to it for this user. */
  idOf: (cookie: string, userId: number) => string | undefined
}

export function createKnownDevices(secret: Buffer): KnownDevices {
  const seal = (id: string, userId: number) =>
    createHmac('sha256', secret).update(`${userId}.${id}`).digest()

  return {
    issue(userId) {
      const id = randomBytes(16).toString('base64url')
      return `${id}.${seal(id, userId).toString('base64url')}`
    },
    idOf(cookie, userId) {
      const [id = '', text = ''] = cookie.split('.')
      const given = Buffer.from(text, 'base64url')
      const expected = seal(id, userId)
      return given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined
    },
  }
}
