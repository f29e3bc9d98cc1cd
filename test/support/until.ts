import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 10
const MAX_MS = 60_000

/** Waits for a state, generously. @throws When it never comes, saying what was waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + MAX_MS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`)
    await sleep(POLL_MS)
  }
}
