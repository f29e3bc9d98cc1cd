/** What one field of an event may hold, and how it is refused by name. */
import { AppError } from '../../kernel/errors.ts'
import { centsFromDecimal, decimalFromCents } from '../../kernel/money.ts'
import { hasVisibleCharacter, isPrintableLine } from '../../kernel/visible-text.ts'

/** @throws AppError `invalid_value`: it fits, but cannot be. */
export function refuse(field: string, rule: string): never {
  throw new AppError('invalid_value', { field, detail: `${field} ${rule}` })
}

/** @throws AppError `invalid_request`: it does not fit. */
function misfit(field: string, rule: string): never {
  throw new AppError('invalid_request', { field, detail: `${field} ${rule}` })
}

/** Control characters and half surrogates: PostgreSQL or a terminal would choke on them. */
const UNPRINTABLE_IN_PARAGRAPHS = /[^\P{Cc}\n\t]|[\p{Cs}]/u

export function line(field: string, value: string): string {
  const text = value.trim()
  if (text === '') misfit(field, 'must not be empty.')
  if (!isPrintableLine(text)) misfit(field, 'must be one line without control characters.')
  if (!hasVisibleCharacter(text)) misfit(field, 'must have a visible character.')
  return text
}

export function optionalLine(field: string, value: string | null | undefined): string | null {
  if (value === undefined || value === null || value.trim() === '') return null
  return line(field, value)
}

export function paragraphs(field: string, value: string): string {
  const text = value.replace(/\r\n?/g, '\n').trim()
  if (UNPRINTABLE_IN_PARAGRAPHS.test(text)) misfit(field, 'must not have control characters.')
  return text
}

/** PostgreSQL and JavaScript both know these years; beyond them is a typing error. */
const TIME_MIN = Date.UTC(1970, 0)
const TIME_MAX = Date.UTC(9999, 11, 31)

export function time(field: string, value: string): Date {
  const date = new Date(value)
  // The schema's format lets leap seconds through, which JavaScript does not know.
  if (!(date.getTime() >= TIME_MIN && date.getTime() <= TIME_MAX)) {
    misfit(field, 'must be a time such as 2030-06-01T19:30:00Z.')
  }
  return date
}

export const optionalTime = (field: string, value: string | null | undefined): Date | null =>
  value === undefined || value === null ? null : time(field, value)

/** How far a sum such as 0.1 + 0.2 may be from the decimal it stands for. */
const DECIMAL_ERROR_MAX = 1e-9

export function cents(field: string, amount: number): number {
  const rounded = centsFromDecimal(amount)
  if (rounded === undefined || Math.abs(decimalFromCents(rounded) - amount) > DECIMAL_ERROR_MAX) {
    refuse(field, 'must have two decimals at most.')
  }
  return rounded
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

export const isCurrency = (code: string): boolean => CURRENCIES.has(code)

export const hasDecimals = (currency: string): boolean =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits !== 0

export function isTimeZone(name: string): boolean {
  // Newer engines take offsets too, which know no daylight saving.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export function isWebUrl(text: string): boolean {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) return false
  const url = new URL(text)
  return url.username === '' && url.password === ''
}
