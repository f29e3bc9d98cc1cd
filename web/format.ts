/** Dates, money and counts as people read them. Times are those of the venue. */
import type { Language } from '../src/kernel/language.ts'
import { formatMoney } from '../src/kernel/money.ts'

/** English with day before month and 24 hours, which every reader of English understands. */
const LOCALES = { en: 'en-GB', de: 'de-DE' } as const satisfies Record<Language, string>
const FREE = { en: 'Free', de: 'Kostenlos' } as const satisfies Record<Language, string>
const YEAR_MS = 365 * 86_400_000

export const price = (cents: number, currency: string, language: Language = 'en'): string =>
  cents === 0 ? FREE[language] : formatMoney(cents, currency, language)

export const count = (
  number: number,
  one: string,
  many = `${one}s`,
  language: Language = 'en',
): string => `${number.toLocaleString(language)} ${number === 1 ? one : many}`

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

export function localTime(date: Date, timezone: string, language: Language = 'en'): LocalTime {
  const parts = formatterOf(timezone, language).formatToParts(date)
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

/** `Fri 12 Jun, 20:00`, in German `Fr 12. Jun, 20:00`, and the year when it is not near. */
export function shortDate(
  date: Date,
  timezone: string,
  language: Language = 'en',
  now = Date.now(),
): string {
  const { weekday, day, month, year, time } = localTime(date, timezone, language)
  const dayOfMonth = language === 'de' ? `${day}.` : day
  const weekdayShort = weekday.slice(0, language === 'de' ? 2 : 3)
  return `${weekdayShort} ${dayOfMonth} ${month.slice(0, 3)}${isNear(date, now) ? '' : ` ${year}`}, ${time}`
}

/** `12 Jun, 20:00`, in German `12. Jun, 20:00`; when it is not near, the year and no time. */
export function briefDate(
  date: Date,
  timezone: string,
  language: Language = 'en',
  now = Date.now(),
): string {
  const { day, month, year, time } = localTime(date, timezone, language)
  const dayOfMonth = `${language === 'de' ? `${day}.` : day} ${month.slice(0, 3)}`
  return isNear(date, now) ? `${dayOfMonth}, ${time}` : `${dayOfMonth} ${year}`
}

/** So near that its year needs no saying. */
const isNear = (date: Date, now: number): boolean => Math.abs(date.getTime() - now) < YEAR_MS * 0.8

/** `Friday 12 June 2026`, in German `Freitag, 12. Juni 2026`. */
export function longDay(date: Date, timezone: string, language: Language = 'en'): string {
  const { weekday, day, month, year } = localTime(date, timezone, language)
  return language === 'de'
    ? `${weekday}, ${day}. ${month} ${year}`
    : `${weekday} ${day} ${month} ${year}`
}

/** `20:00 (UTC+2)` */
export function timeWithOffset(date: Date, timezone: string): string {
  const { time, offset } = localTime(date, timezone)
  return `${time} (${offset})`
}

/** `Fri 12 Jun, 20:00 (UTC+2)` */
export const moment = (
  date: Date,
  timezone: string,
  language: Language = 'en',
  now = Date.now(),
): string => `${shortDate(date, timezone, language, now)} (${localTime(date, timezone).offset})`

/** There are some 600 time zones, in each language, and making a formatter is slow. */
const formatters = new Map<string, Intl.DateTimeFormat>()
const FORMATTERS_MAX = 1_000

function formatterOf(timezone: string, language: Language): Intl.DateTimeFormat {
  const key = `${language} ${timezone}`
  let formatter = formatters.get(key)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(LOCALES[language], {
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
    if (formatters.size < FORMATTERS_MAX) formatters.set(key, formatter)
  }
  return formatter
}
