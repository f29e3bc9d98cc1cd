/** Chance that can be repeated: the same seed draws the same crowd. */
export interface Random {
  /** From 0 up to but not including 1. */
  next: () => number
  /** A whole number from `min` to `max`, both included. */
  integer: (min: number, max: number) => number
  /** The time to the next of independent arrivals that are `mean` apart on average. */
  gap: (mean: number) => number
  /** One of `weights`' places, the heavier the likelier. */
  weighted: (weights: readonly number[]) => number
}

/** Mulberry32: 32 bits of state, more than good enough for a crowd. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    gap: (mean) => -Math.log(1 - next()) * mean,
    weighted(weights) {
      let rest = next() * weights.reduce((sum, weight) => sum + weight, 0)
      return weights.findIndex((weight) => (rest -= weight) < 0)
    },
  }
}
