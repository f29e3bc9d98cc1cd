/**
 * Telling those of a batch what became of them, some at a time. In between the event loop looks at
 * the database, which would else wait with a decided batch until all of this one were told, and at
 * those who ask next.
 */

/** In so many slices, or in slices of so many. */
const SLICES = 8
const SLICE_MIN = 8

/**
 * @param count How many there are to tell.
 * @param tell Tells those from one place, from 0, to before another; called with `to` = `count` once, last.
 * @returns Tells the rest at once. Where thousands of sockets are readable, the loop reads all of them
 * before it comes to its immediates, which can be seconds: so whoever has news does not wait for it.
 */
export function tellInSlices(count: number, tell: (from: number, to: number) => void): () => void {
  const size = Math.max(SLICE_MIN, Math.ceil(count / SLICES))
  let told = 0
  let isDone = false
  const tellTo = (to: number) => {
    if (isDone) return
    const from = told
    told = to
    isDone = to === count
    tell(from, to)
  }
  const tellSome = () => {
    tellTo(Math.min(told + size, count))
    if (!isDone) setImmediate(tellSome)
  }
  setImmediate(tellSome)
  return () => {
    tellTo(count)
  }
}
