/** Reads parameters of requests, refusing what is wrong in Stripe's words. */
import type { FormFields, FormValue } from './form-body.ts'
import type { Metadata } from './books.ts'
import { smallestAmount } from '../../platform/payment-amounts.ts'
import { invalidRequest } from './refusal.ts'

/** What Stripe takes at most, in minor units. */
const AMOUNT_MAX = 99_999_999
const METADATA_KEYS_MAX = 50
const METADATA_KEY_MAX = 40
const METADATA_VALUE_MAX = 500

const CURRENCIES = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()))

/** What is not known is refused, never ignored. */
export function refuseUnknown(form: FormFields, known: ReadonlySet<string>): void {
  for (const name in form) {
    if (!known.has(name)) {
      throw invalidRequest(`Received unknown parameter: ${name}`, { code: 'parameter_unknown', param: name }) // prettier-ignore
    }
  }
}

/** @returns Null when it is missing or empty. */
export function textOf(form: FormFields, name: string): string | null {
  const value = form[name]
  if (value === undefined || value === '') return null
  if (typeof value !== 'string') throw invalidRequest('Invalid string', { param: name })
  return value
}

/** @returns One of `allowed`; undefined when it is missing. */
export function choiceOf<Choice extends string>(
  form: FormFields,
  name: string,
  allowed: readonly Choice[],
): Choice | undefined {
  const text = textOf(form, name)
  if (text === null) return undefined
  const found = allowed.find((each) => each === text)
  if (found === undefined) {
    throw invalidRequest(`Invalid ${name}: must be one of ${allowed.join(', ')}`, { param: name })
  }
  return found
}

/** Minor units; undefined when it is missing. */
export function integerOf(form: FormFields, name: string): number | undefined {
  const text = textOf(form, name)
  if (text === null) return undefined
  if (!/^-?\d{1,15}$/.test(text)) {
    throw invalidRequest(`Invalid integer: ${text}`, { code: 'parameter_invalid_integer', param: name }) // prettier-ignore
  }
  const number = Number(text)
  if (number < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', { code: 'parameter_invalid_integer', param: name }) // prettier-ignore
  }
  return number
}

/** @param currency In lower case. */
export function amountOf(form: FormFields, currency: string): number {
  const amount = integerOf(form, 'amount')
  if (amount === undefined) throw missing('amount')
  const smallest = smallestAmount(currency.toUpperCase())
  if (amount < smallest) {
    throw invalidRequest(`Amount must be at least ${smallest} minor units`, { code: 'amount_too_small', param: 'amount' }) // prettier-ignore
  }
  if (amount > AMOUNT_MAX) {
    throw invalidRequest(`Amount must be no more than ${AMOUNT_MAX} minor units`, { code: 'amount_too_large', param: 'amount' }) // prettier-ignore
  }
  return amount
}

export function currencyOf(form: FormFields): string {
  const currency = textOf(form, 'currency')?.toLowerCase()
  if (currency === undefined) throw missing('currency')
  if (!CURRENCIES.has(currency)) {
    throw invalidRequest(`Invalid currency: ${currency}`, { param: 'currency' })
  }
  return currency
}

export function metadataOf(form: FormFields): Metadata {
  const given = form['metadata']
  if (given === undefined || given === '') return {}
  const entries = Object.entries(fieldsOf(given, 'metadata'))
  if (entries.length > METADATA_KEYS_MAX) {
    throw invalidRequest(`Metadata can have up to ${METADATA_KEYS_MAX} keys`, { param: 'metadata' })
  }
  for (const [key, value] of entries) {
    if (typeof value !== 'string') throw invalidRequest('Invalid string', { param: `metadata[${key}]` }) // prettier-ignore
    if (key.length <= METADATA_KEY_MAX && value.length <= METADATA_VALUE_MAX) continue
    throw invalidRequest(
      `Metadata keys can be up to ${METADATA_KEY_MAX} characters, and values up to ${METADATA_VALUE_MAX}`,
      { param: `metadata[${key}]` },
    )
  }
  return Object.fromEntries(entries) as Metadata
}

/** Where the buyer goes after the bank's page. */
export function returnUrlOf(form: FormFields): string | null {
  const text = textOf(form, 'return_url')
  if (text === null) return null
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: 'return_url' })
  }
  return text
}

export function fieldsOf(value: FormValue, param: string): FormFields {
  if (typeof value === 'string') throw invalidRequest('Invalid object', { param })
  return value
}

export const missing = (param: string) =>
  invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param })
