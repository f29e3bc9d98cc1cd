/**
 * Ids from a sequence, fetched a block at a time, so that a purchase can choose its ids before it
 * reaches the database and look for them there if the answer is lost. The sequence counts in steps
 * of a block, and each of its numbers is the first id of one.
 */
/** Ids from `first` on, as many as `size`. */
export interface IdBlock {
  first: number
  size: number
}

/** Fetches blocks of at least so many ids together, and at least one block. */
export type FetchIdBlocks = (atLeast: number) => Promise<IdBlock[]>

interface Block {
  next: number
  end: number
}

export class IdBlocks {
  readonly #fetchBlocks: FetchIdBlocks
  #blocks: Block[] = []
  #left = 0
  #blockSize = 0
  #fetching: Promise<void> | undefined

  /** Ids that are fetched and not used are gaps, which harm nothing. */
  constructor(fetchBlocks: FetchIdBlocks) {
    this.#fetchBlocks = fetchBlocks
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
    this.#fetching ??= this.#fetchBlocks(atLeast)
      .then((blocks) => {
        for (const { first, size } of blocks) {
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
