/** Work that is done again and again beside requests. */

export interface RepeatOptions {
  /** The pause between the end of one run and the begin of the next. */
  everyMs: number
  /** May say how long to pause this once, e.g. because there is more to do. */
  work: () => Promise<{ pauseMs: number } | void>
  /** Told about a run that failed; the next one comes all the same. */
  onError: (error: unknown) => void
}

/** Disposing ends the pause, or waits for the run that is under way. */
export interface Repetition extends AsyncDisposable {
  /** Ends the pause: there is something to do. */
  wake: () => void
}

/** Runs `work` at once and then again after every pause, until it is disposed of. */
export function repeat(options: RepeatOptions): Repetition {
  let stopping = false
  let endPause: (() => void) | undefined

  const loop = async () => {
    while (!stopping) {
      let pauseMs = options.everyMs
      try {
        pauseMs = (await options.work())?.pauseMs ?? options.everyMs
      } catch (error) {
        options.onError(error)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, stopping ? 0 : pauseMs)
        endPause = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      endPause = undefined
    }
  }
  const running = loop()

  return {
    wake: () => endPause?.(),
    async [Symbol.asyncDispose]() {
      stopping = true
      endPause?.()
      await running
    },
  }
}
