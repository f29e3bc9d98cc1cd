/**
 * Ids from a sequence, fetched a block at a time, so that a purchase can choose its ids before it
 * reaches the database and look for them there if the answer is lost. The sequence counts in steps
 * of a block, and each of its numbers is the first id of one.
 */
import type { Queryable } from '../../platform/postgres.ts'

interface Block {
  next: number
  end: number
}

export class IdBlocks {
  readonly #db: Queryable
  readonly #sequence: string
  #blocks: Block[] = []
  #left = 0
  #blockSize = 0
  #fetching: Promise<void> | undefined

  /** @param sequence Its name; ids that are fetched and not used are gaps, which harm nothing. */
  constructor(db: Queryable, sequence: string) {
    this.#db = db
    this.#sequence = sequence
  }

  /** @returns `count` ids that nobody else has, the smallest first within a block. */
  async take(count: number): Promise<number[]> {
    while (this.#left < count || this.#blockSize === 0) await this.#fetch(count - this.#left)
    const taken: number[] = []
    while (taken.length < count) {
      const block = this.#blocks[0] as Block
      while (taken.length < count && block.next < block.end) taken.push(block.next++)
      if (block.next === block.end) this.#blocks.shift()
    }
    this.#left -= count
    // The next block is on its way before this one is used up.
    if (this.#left < this.#blockSize / 2) {
      this.#fetch(1).catch(() => {
        // The next take asks again, and reports it.
      })
    }
    return taken
  }

  async #fetch(atLeast: number): Promise<void> {
    this.#fetching ??= this.#db
      .query<{ first: number; size: number }>(
        `select nextval($1::regclass) as first, s.seqincrement as size
           from pg_sequence s,
                generate_series(1, greatest(1, ceil($2::numeric / s.seqincrement))::integer)
          where s.seqrelid = $1::regclass`,
        [this.#sequence, atLeast],
      )
      .then((rows) => {
        for (const { first, size } of rows) {
          this.#blocks.push({ next: first, end: first + size })
          this.#left += size
          this.#blockSize = size
        }
      })
      .finally(() => {
        this.#fetching = undefined
      })
    await this.#fetching
  }
}
