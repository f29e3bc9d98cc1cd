/**
 * What a browser keeps for us between two requests and may neither read nor change: AES-256-GCM
 * under a key of ours. A note of one kind is none of another, and every note ends by itself.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Clock } from '../../../kernel/clock.ts'

/** Long enough to sign in elsewhere, with a second factor. */
export const NOTE_SECONDS = 600

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Browsers keep cookies of 4096 bytes. */
const LENGTH_MAX = 4_000

export interface SealedNotes<Content> {
  seal: (content: Content) => string
  /** Undefined for what is not ours, is of another kind, or is too old. */
  open: (note: string | undefined) => (Content & { expiresAt: Date }) | undefined
}

/** @param kind Tells its notes from all others under the same key. */
export function createSealedNotes<Content extends object>(
  key: Buffer,
  kind: string,
  clock: Clock,
): SealedNotes<Content> {
  return {
    seal(content) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(kind))
      const expiresAtMs = clock() + NOTE_SECONDS * 1000
      const text = JSON.stringify({ expiresAtMs, content })
      const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return Buffer.concat(sealed).toString('base64url')
    },
    open(note) {
      if (note === undefined || note.length > LENGTH_MAX) return undefined
      const bytes = Buffer.from(note, 'base64url')
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(kind))
        .setAuthTag(bytes.subarray(-TAG_BYTES))
      let text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8')
      try {
        text += decipher.final('utf8')
      } catch {
        // Not sealed by us, or as something else.
        return undefined
      }
      const { expiresAtMs, content } = JSON.parse(text) as { expiresAtMs: number; content: Content }
      return clock() < expiresAtMs ? { ...content, expiresAt: new Date(expiresAtMs) } : undefined
    },
  }
}
