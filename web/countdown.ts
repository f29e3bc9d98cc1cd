/** How long there is to wait, in the words of the reader: on the server and in the browser. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `2 days 3 hours`, `3 hours 5 minutes`, `5 minutes 9 seconds`: two units, the small one left out at nought. */
export function timeLeft(ms: number, language: string): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND)) * SECOND
  const units = [
    ['day', DAY],
    ['hour', HOUR],
    ['minute', MINUTE],
    ['second', SECOND],
  ] as const
  const first = units.findIndex(([, size]) => seconds >= size)
  const shown = first === -1 ? units.slice(-1) : units.slice(first, first + 2)
  let rest = seconds
  const parts: string[] = []
  for (const [unit, size] of shown) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count === 0 && parts.length > 0) continue
    const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' })
    parts.push(format.format(count))
  }
  return parts.join(' ')
}
