/**
 * Money is integer minor units (cents) everywhere in code; decimals exist in JSON and in
 * `numeric(10,2)` columns only. The conversions are here and nowhere else.
 */

/** The largest price `numeric(10,2)` holds, in cents. */
export const MAX_PRICE_CENTS = 9_999_999_999

/** `75.5` → `7550`; undefined when the number has more than two decimals. */
export function centsFromDecimal(amount: number): number | undefined {
  const cents = Math.round(amount * 100)
  // 0.1 + 0.2 is not quite 0.3; whoever sends that means 30 cents.
  return Math.abs(cents / 100 - amount) < 1e-9 ? cents : undefined
}

/** `7550` → `75.5`, the JSON number. */
export const decimalFromCents = (cents: number): number => cents / 100

/** `'75.00'` as PostgreSQL writes a numeric → `7550`. */
export function centsFromNumeric(text: string): number {
  const [whole = '0', fraction = ''] = text.split('.')
  const sign = whole.startsWith('-') ? -1 : 1
  return Number(whole) * 100 + sign * Number(fraction.padEnd(2, '0').slice(0, 2))
}

/** `7550` → `'75.50'`, as PostgreSQL reads a numeric. */
export const numericFromCents = (cents: number): string => (cents / 100).toFixed(2)

/** `7550`, `'EUR'` → `'€75.50'`, for people. */
export function formatMoney(cents: number, currency: string, locale = 'en'): string {
  const key = `${locale} ${currency}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { style: 'currency', currency })
    formats.set(key, format)
  }
  return format.format(cents / 100)
}

/** Making one costs a hundred times what using one does; there are as many as currencies. */
const formats = new Map<string, Intl.NumberFormat>()
