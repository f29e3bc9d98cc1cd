import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 50
/** No claim about speed: what has not come by then does not come. */
const UNTIL_MS_MAX = 60_000

/** Waits until something is the case. @throws Error when it never is. */
export async function until(
  condition: () => Promise<boolean>,
  what = 'the condition',
): Promise<void> {
  const deadline = performance.now() + UNTIL_MS_MAX
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(EVERY_MS)
  }
}
