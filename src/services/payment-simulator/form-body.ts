/** Form-encoded parameters with brackets, as the `stripe` clients send them. */
import { invalidRequest } from './refusal.ts'

export type FormValue = string | FormFields
export interface FormFields {
  [name: string]: FormValue
}

/** Deeper than anything that Stripe takes. */
const DEPTH_MAX = 5

/**
 * `amount=5&metadata[order_id]=7&types[0]=card` → `{ amount: '5', metadata: { order_id: '7' },
 * types: { 0: 'card' } }`. Objects without a prototype, so that no name means anything.
 * @throws Refusal for brackets that do not fit.
 */
export function parseForm(text: string): FormFields {
  const fields = emptyFields()
  if (text === '') return fields
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    put(fields, name, equals < 0 ? '' : decode(pair.slice(equals + 1)))
  }
  return fields
}

const emptyFields = (): FormFields => Object.create(null) as FormFields

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw invalidRequest('Invalid request: the body is not form-encoded UTF-8.')
  }
}

function put(fields: FormFields, name: string, value: string): void {
  const bracket = name.indexOf('[')
  if (bracket < 0) {
    fields[name] = value
    return
  }
  const parts = [name.slice(0, bracket), ...name.slice(bracket + 1, -1).split('][')]
  if (!name.endsWith(']') || parts.length > DEPTH_MAX) throw badName(name)
  let place = fields
  for (const part of parts.slice(0, -1)) {
    const inner = (place[part] ??= emptyFields())
    if (typeof inner === 'string') throw badName(name)
    place = inner
  }
  const last = parts.at(-1) as string
  // `types[]=card` appends.
  place[last === '' ? String(Object.keys(place).length) : last] = value
}

const badName = (name: string) => invalidRequest(`Invalid parameter name: ${name}`, { param: name })
