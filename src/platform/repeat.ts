/** Work that is done again and again beside requests. */

export interface RepeatOptions {
  /** The pause between the end of one run and the begin of the next. */
  everyMs: number
  work: () => Promise<unknown>
  /** Told about a run that failed; the next one comes all the same. */
  onError: (error: unknown) => void
}

/**
 * Runs `work` now and then after every pause. Never keeps the process alive by itself.
 * @returns Disposing it ends the pause, or waits for the run that is under way.
 */
export function repeat(options: RepeatOptions): AsyncDisposable {
  let stopping = false
  let endPause: (() => void) | undefined

  const loop = async () => {
    while (!stopping) {
      try {
        await options.work()
      } catch (error) {
        options.onError(error)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, stopping ? 0 : options.everyMs).unref()
        endPause = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const running = loop()

  return {
    async [Symbol.asyncDispose]() {
      stopping = true
      endPause?.()
      await running
    },
  }
}
