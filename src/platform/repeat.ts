/** Work that is done again and again beside requests. */
export interface RepeatOptions {
  /** The pause between the end of one run and the begin of the next. */
  everyMs: number
  /** May ask for a pause of its own, e.g. because there is more to do; no `wake` shortens that one. */
  work: () => Promise<{ pauseMs: number } | void>
  /** Told about a run that failed; the next one comes all the same, after the whole pause. */
  onError: (error: unknown) => void
}

/** Disposing ends the pause, or waits for the run that is under way. */
export interface Repetition extends AsyncDisposable {
  /** There is something to do: the next run begins as soon as `work` allows. */
  wake: () => void
}

/** Runs `work` at once and then again after every pause, until it is disposed of. */
export function repeat(options: RepeatOptions): Repetition {
  let stopping = false
  let woken = false
  let isIdle = false
  let endPause: (() => void) | undefined
  // Both change while the loop waits, which the compiler cannot see.
  const isStopping = () => stopping
  const isWoken = () => woken

  const pause = async (ms: number) => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    endPause = undefined
  }
  const loop = async () => {
    while (!isStopping()) {
      woken = false
      let pauseMs = options.everyMs
      try {
        const asked = await options.work()
        if (asked !== undefined) pauseMs = asked.pauseMs
        isIdle = asked === undefined
      } catch (error) {
        options.onError(error)
        isIdle = false
      }
      if (isStopping()) return
      // Whoever woke us during the run may have come too late for it.
      await pause(isIdle && isWoken() ? 0 : pauseMs)
    }
  }
  const running = loop()

  return {
    wake: () => {
      woken = true
      if (isIdle) endPause?.()
    },
    async [Symbol.asyncDispose]() {
      stopping = true
      endPause?.()
      await running
    },
  }
}
