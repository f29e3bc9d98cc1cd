/** Says something in a live region of the page; there is one pace for all of them. */
import { announcer } from '../announcements.ts'

const EVERY_MS = 10_000

export const announce = announcer({
  everyMs: EVERY_MS,
  now: () => performance.now(),
  later: (run, ms) => setTimeout(run, ms),
})
