/**
 * What was opened, closed in the reverse order: the part of the coming `AsyncDisposableStack` that
 * we need, until the oldest Node that we support has it.
 */
export class Resources implements AsyncDisposable {
  #closers: (() => Promise<void>)[] = []

  /** Closes `resource` when this is closed. @returns The resource. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.defer(async () => {
      await resource[Symbol.asyncDispose]()
    })
    return resource
  }

  defer(close: () => Promise<void>): void {
    this.#closers.push(close)
  }

  /** Hands everything over, so that closing this closes nothing. */
  move(): Resources {
    const moved = new Resources()
    moved.#closers = this.#closers
    this.#closers = []
    return moved
  }

  /** Closes all, also when some fail. @throws What failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = []
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      await close().catch((error: unknown) => {
        failures.push(error)
      })
    }
    if (failures.length === 1) throw failures[0]
    if (failures.length > 1) throw new AggregateError(failures, 'several parts did not stop')
  }
}
