/**
 * What costs a core for a while is done a few at a time, so that purchases do not starve behind it:
 * hashing a password, decoding a picture. Who would have to wait for more than a few seconds is sent
 * away at once instead.
 */
import { AppError } from '../kernel/errors.ts'

export interface WorkQueue {
  /**
   * Runs a job when its turn comes.
   * @throws AppError `unavailable` when too many wait already.
   */
  run: <Result>(job: () => Promise<Result>) => Promise<Result>
  /** How many jobs wait for their turn. */
  readonly waiting: number
}

export function createWorkQueue(limits: {
  /** How many jobs run at a time. */
  runningMax: number
  waitingMax: number
  /** What those who are sent away are told. */
  retryAfterSeconds: number
  refusal: string
}): WorkQueue {
  const turns: (() => void)[] = []
  let running = 0

  return {
    get waiting() {
      return turns.length
    },
    async run(job) {
      if (running < limits.runningMax) {
        running += 1
      } else {
        if (turns.length >= limits.waitingMax) {
          throw new AppError('unavailable', {
            detail: limits.refusal,
            retryAfterSeconds: limits.retryAfterSeconds,
          })
        }
        // Whoever finishes hands over the place instead of freeing it, so nobody can slip in.
        await new Promise<void>((resolve) => turns.push(resolve))
      }
      try {
        return await job()
      } finally {
        const next = turns.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
