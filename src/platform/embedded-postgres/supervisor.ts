import { setTimeout as sleep } from 'node:timers/promises'
import type { Postmaster, PostmasterOptions } from './postmaster.ts'
import { startPostmaster } from './postmaster.ts'

const MAX_PAUSE_MS = 1_000
const FIRST_PAUSE_MS = 100
/** One that ran this long was well; the next fault is a new story. */
const STABLE_AFTER_MS = 5_000

/** Keeps one PostgreSQL running until it is disposed of. */
export class Supervisor implements AsyncDisposable {
  readonly #options: PostmasterOptions
  readonly #abort = new AbortController()
  #postmaster: Postmaster
  readonly #supervision: Promise<void>

  private constructor(options: PostmasterOptions, postmaster: Postmaster) {
    this.#options = options
    this.#postmaster = postmaster
    this.#supervision = this.#supervise()
  }

  static async start(options: PostmasterOptions): Promise<Supervisor> {
    const postmaster = await startPostmaster(options, new AbortController().signal)
    return new Supervisor(options, postmaster)
  }

  get pid(): number {
    return this.#postmaster.pid
  }

  /** For `process.on('exit')`: no time to wait, the server goes on stopping after us. */
  requestStop(): void {
    this.#abort.abort()
    this.#postmaster.requestStop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#postmaster.stop()
    await this.#supervision
  }

  #isStopping(): boolean {
    return this.#abort.signal.aborted
  }

  async #supervise(): Promise<void> {
    const { log } = this.#options
    let pauseMs = 0
    for (;;) {
      const readySinceMs = performance.now()
      const how = await this.#postmaster.ended
      if (this.#isStopping()) return
      log(`PostgreSQL ended unexpectedly (${how}). Starting it again.`)
      if (performance.now() - readySinceMs > STABLE_AFTER_MS) pauseMs = 0
      pauseMs = await this.#startAgain(pauseMs)
      if (this.#isStopping()) {
        await this.#postmaster.stop()
        return
      }
      log(`PostgreSQL is back (process ${this.pid}).`)
    }
  }

  /** Tries until it runs or we are to stop. Returns the pause to make before the next try. */
  async #startAgain(firstPauseMs: number): Promise<number> {
    const { signal } = this.#abort
    let pauseMs = firstPauseMs
    let lastComplaint = ''
    for (;;) {
      try {
        if (pauseMs > 0) await sleep(pauseMs, undefined, { signal })
        pauseMs = Math.min(MAX_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * pauseMs))
        this.#postmaster = await startPostmaster(this.#options, signal)
        return pauseMs
      } catch (error) {
        if (signal.aborted) return pauseMs
        const complaint = error instanceof Error ? error.message : String(error)
        // A full disk may stay full for an hour; saying so once is enough.
        if (complaint !== lastComplaint) this.#options.log(complaint)
        lastComplaint = complaint
      }
    }
  }
}
