/**
 * Who is signed in to the server-rendered pages: an opaque cookie, looked up in PostgreSQL and
 * remembered for a few seconds, since one page asks for it several times.
 */
import { LRUCache } from 'lru-cache'
import type { Database } from '../../platform/postgres.ts'
import { sessionTokenHash } from './session-tokens.ts'
import {
  type PageUser,
  findPageUser,
  notePageSessionSeen,
  revokePageSession,
} from './sessions.sql.ts'

const REMEMBERED_MAX = 50_000
const REMEMBERED_MS = 5_000
const TOKEN_LENGTH_MAX = 100

export interface PageSessions {
  /** Undefined when the session has ended or never was. */
  find: (token: string) => Promise<PageUser | undefined>
  close: (token: string) => Promise<void>
  /** Makes a change of a user show at once in this process. */
  forgetRemembered: () => void
}

export function createPageSessions(db: Database): PageSessions {
  const remembered = new LRUCache<string, PageUser>({ max: REMEMBERED_MAX, ttl: REMEMBERED_MS })

  return {
    async find(token) {
      if (token.length > TOKEN_LENGTH_MAX) return undefined
      const tokenHash = sessionTokenHash(token)
      const key = tokenHash.toString('base64url')
      const known = remembered.get(key)
      if (known !== undefined) return known
      const found = await findPageUser(db, tokenHash)
      if (found === undefined) return undefined
      if (!found.isSeenLately) await notePageSessionSeen(db, tokenHash)
      remembered.set(key, found.user)
      return found.user
    },
    async close(token) {
      const tokenHash = sessionTokenHash(token)
      await revokePageSession(db, tokenHash)
      remembered.delete(tokenHash.toString('base64url'))
    },
    forgetRemembered: () => {
      remembered.clear()
    },
  }
}
