/** Files that are drawn when somebody asks. */
import type { TestAnswer, TestApp } from './app.ts'
import { get } from './accounts.ts'

const TRIES = 1_200
const PAUSE_MS = 50

/** Asks until it is drawn, for a minute at most. */
export async function waitForFile(app: TestApp, url: string, token?: string): Promise<TestAnswer> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await get(app, url, token)
    if (answer.status !== 202) return answer
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  throw new Error(`${url} was not drawn in a minute`)
}
