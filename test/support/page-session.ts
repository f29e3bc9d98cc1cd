/** Somebody signed in to the pages, without the form and the hashing. */
import { startSession } from '../../src/services/user/open-session.ts'
import type { TestApp } from './app.ts'

/** @returns What the session cookie of their browser holds. */
export async function openPageSession(app: TestApp, userId: number): Promise<string> {
  const session = await app.db.transaction(async (tx) => await startSession(tx, userId, 'page'))
  return session.token
}
