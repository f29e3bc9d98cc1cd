/** Spans of days, as a search has them: `2030-06-01`, both ends included. */
export interface Days {
  from: string
  to: string
}

const DAY_MS = 86_400_000
const MONTH_DAYS = 30
const FRIDAY = 5

/** The spans from `now` on that people ask for by a word. The weekend begins on Friday. */
export function daysAhead(now: number): { today: Days; weekend: Days; month: Days } {
  const day = (ahead: number) => new Date(now + ahead * DAY_MS).toISOString().slice(0, 10)
  const weekday = new Date(now).getUTCDay()
  // On Saturday and Sunday it is the one that is on.
  const toFriday = weekday === 0 || weekday === 6 ? 0 : FRIDAY - weekday
  const toSunday = (7 - weekday) % 7
  return {
    today: { from: day(0), to: day(0) },
    weekend: { from: day(toFriday), to: day(toSunday) },
    month: { from: day(0), to: day(MONTH_DAYS) },
  }
}
