/** Dates, money and counts as people read them. Times are those of the venue. */
import { formatMoney } from '../src/kernel/money.ts'

/** Day before month and 24 hours, which every reader of English understands. */
const LOCALE = 'en-GB'
const YEAR_MS = 365 * 86_400_000

export const price = (cents: number, currency: string): string =>
  cents === 0 ? 'Free' : formatMoney(cents, currency)

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`

/** A moment at a venue, in pieces. */
export interface LocalTime {
  weekday: string
  day: string
  month: string
  year: string
  time: string
  /** `UTC+2` */
  offset: string
}

export function localTime(date: Date, timezone: string): LocalTime {
  const parts = formatterOf(timezone).formatToParts(date)
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((piece) => piece.type === type)?.value ?? ''
  return {
    weekday: part('weekday'),
    day: part('day'),
    month: part('month'),
    year: part('year'),
    time: `${part('hour')}:${part('minute')}`,
    offset: part('timeZoneName').replace(/^GMT(\+0$)?/, 'UTC'),
  }
}

/** `Fri 12 Jun, 20:00`, and the year when it is not near. */
export function shortDate(date: Date, timezone: string, now = Date.now()): string {
  const { weekday, day, month, year, time } = localTime(date, timezone)
  const isNear = Math.abs(date.getTime() - now) < YEAR_MS * 0.8
  return `${weekday.slice(0, 3)} ${day} ${month.slice(0, 3)}${isNear ? '' : ` ${year}`}, ${time}`
}

/** `Friday 12 June 2026` */
export function longDay(date: Date, timezone: string): string {
  const { weekday, day, month, year } = localTime(date, timezone)
  return `${weekday} ${day} ${month} ${year}`
}

/** `20:00 (UTC+2)` */
export function timeWithOffset(date: Date, timezone: string): string {
  const { time, offset } = localTime(date, timezone)
  return `${time} (${offset})`
}

/** `Fri 12 Jun, 20:00 (UTC+2)` */
export const moment = (date: Date, timezone: string, now = Date.now()): string =>
  `${shortDate(date, timezone, now)} (${localTime(date, timezone).offset})`

/** There are some 600 time zones, and making a formatter is slow. */
const formatters = new Map<string, Intl.DateTimeFormat>()
const FORMATTERS_MAX = 1_000

function formatterOf(timezone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timezone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(LOCALE, {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'shortOffset',
      timeZone: timezone,
    })
    if (formatters.size < FORMATTERS_MAX) formatters.set(timezone, formatter)
  }
  return formatter
}
