/** Measures in turn, so that whatever else the machine does meets everybody alike. */
import type { BenchContext } from './row.ts'

/** Ctrl-C was pressed. */
export class Interrupted extends Error {}

/**
 * Measures every contestant once in each repetition. The order begins with another one each time,
 * and every second time it is reversed: neighbours, which are compared, take turns at being first.
 * @throws Interrupted
 */
export async function interleave<Result>(
  context: Pick<BenchContext, 'options' | 'stop' | 'log'>,
  contestants: Readonly<Record<string, (repetition: number) => Promise<Result>>>,
): Promise<Record<string, Result[]>> {
  const names = Object.keys(contestants)
  const results: Record<string, Result[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let repetition = 0; repetition < context.options.repetitions; repetition += 1) {
    const shift = repetition % Math.max(1, names.length)
    const order = [...names.slice(shift), ...names.slice(0, shift)]
    if (repetition % 2 === 1) order.reverse()
    for (const name of order) {
      if (context.stop.aborted) throw new Interrupted()
      const result = await contestants[name]?.(repetition)
      if (result !== undefined) results[name]?.push(result)
    }
  }
  return results
}
