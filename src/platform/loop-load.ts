import { performance } from 'node:perf_hooks'

/** Shorter looks say more about the job that was just done than about the load. */
const LOOK_MS = 100

/**
 * @returns Tells how much of its time this process's thread is at work, 0 to 1, over the last tenth
 * of a second or more. It is read when somebody asks, and costs nothing otherwise.
 */
export function watchLoopLoad(): () => number {
  let since = performance.eventLoopUtilization()
  let lookedAt = performance.now()
  let load = 0
  return () => {
    const now = performance.now()
    if (now - lookedAt >= LOOK_MS) {
      const until = performance.eventLoopUtilization()
      load = performance.eventLoopUtilization(until, since).utilization
      since = until
      lookedAt = now
    }
    return load
  }
}
