/**
 * Ids from a sequence, fetched many at a time, so that a purchase can choose its ids before it
 * reaches the database and look for them there if the answer is lost.
 */
import type { Queryable } from '../../platform/postgres.ts'

export class IdBlocks {
  readonly #db: Queryable
  readonly #sequence: string
  readonly #blockSize: number
  #ids: number[] = []
  #fetching: Promise<void> | undefined

  /** @param sequence Its name; ids that are fetched and not used are gaps, which harm nothing. */
  constructor(db: Queryable, sequence: string, blockSize: number) {
    this.#db = db
    this.#sequence = sequence
    this.#blockSize = blockSize
  }

  /** @returns `count` ids that nobody else has. */
  async take(count: number): Promise<number[]> {
    while (this.#ids.length < count) await this.#fetch(count)
    const taken = this.#ids.splice(0, count)
    // The next block is on its way before this one is used up.
    if (this.#ids.length < this.#blockSize / 2) {
      this.#fetch(0).catch(() => {
        // The next take asks again, and reports it.
      })
    }
    return taken
  }

  async #fetch(atLeast: number): Promise<void> {
    this.#fetching ??= this.#db
      .query<{ id: number }>('select nextval($1::regclass) as id from generate_series(1, $2)', [
        this.#sequence,
        Math.max(atLeast, this.#blockSize),
      ])
      .then((rows) => {
        this.#ids.push(...rows.map((row) => row.id))
      })
      .finally(() => {
        this.#fetching = undefined
      })
    await this.#fetching
  }
}
