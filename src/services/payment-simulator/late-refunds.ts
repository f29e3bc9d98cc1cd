import type { Change, Refund } from './books.ts'
import type { Scene } from './outcome.ts'
import { turnRefund } from './turn-refund.ts'

export interface LateRefunds extends AsyncDisposable {
  watch: (refund: Refund) => void
}

/** Lets refunds become what they become, when it is time; those of before a restart too. */
export function openLateRefunds(deps: {
  books: Scene['books']
  commit: (change: Change) => Promise<void>
  onError: (error: unknown) => void
}): LateRefunds {
  const { books, commit, onError } = deps
  const timers = new Set<NodeJS.Timeout>()
  const underWay = new Set<Promise<void>>()

  const turn = (id: string) => {
    const refund = books.refunds.get(id)
    const now = Date.now()
    const change = refund === undefined ? undefined : turnRefund({ books, now }, refund)
    if (change === undefined) return
    const work = commit({ at: now, ...change })
      .catch(onError)
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }
  const watch = (refund: Refund) => {
    if (refund.turns === null) return
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        turn(refund.id)
      },
      Math.max(0, refund.turns.at - Date.now()),
    )
    timers.add(timer)
  }
  for (const refund of books.refunds.values()) watch(refund)
  return {
    watch,
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(underWay)
    },
  }
}
