/** Dates as the reader of a mail writes them, in the time of the venue. */
import { LRUCache } from 'lru-cache'
import type { Language } from '../../kernel/language.ts'

const LOCALES: Record<Language, string> = { en: 'en-GB', de: 'de-DE' }

/** Making one takes longer than the rest of a mail. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 400 })

function formatOf(
  language: Language,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${Object.keys(options).join()}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone })
    formats.set(key, format)
  }
  return format
}

/** `Saturday 1 June 2030`, `Samstag, 1. Juni 2030` */
export const longDay = (date: Date, timezone: string, language: Language): string =>
  formatOf(language, timezone, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(date)

/** `20:00 (UTC+2)` */
export function time(date: Date, timezone: string, language: Language): string {
  const parts = formatOf(language, timezone, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  }).formatToParts(date)
  const part = (type: string) => parts.find((piece) => piece.type === type)?.value ?? ''
  const offset = part('timeZoneName').replace(/^GMT(\+0$)?/, 'UTC')
  return `${part('hour')}:${part('minute')} (${offset})`
}

/** `Saturday 1 June 2030, 20:00 (UTC+2)` */
export const moment = (date: Date, timezone: string, language: Language): string =>
  `${longDay(date, timezone, language)}, ${time(date, timezone, language)}`

/** `1` and `Jun`, for the corner of a ticket. */
export function shortDay(
  date: Date,
  timezone: string,
  language: Language,
): { day: string; month: string } {
  const parts = formatOf(language, timezone, { day: 'numeric', month: 'short' }).formatToParts(date)
  const part = (type: string) => parts.find((piece) => piece.type === type)?.value ?? ''
  return { day: part('day'), month: part('month').replace('.', '') }
}
