/** Values for requests: such as a schema asks for, and such as nobody expects. */
import fc from 'fast-check'
import type { JsonSchema } from './api-document.ts'

/** What exists in the shop, by the name of the field or parameter that takes it. */
export type Pool = Readonly<Record<string, readonly unknown[]>>

// prettier-ignore
const HOSTILE_TEXTS = [
  '', ' ', '\0', 'a\0b', '\ud800', 'x\udfffy', '💥', '𝔘𝔫𝔦', 'ﷺ'.repeat(60), '\u202eabc', '\ufeff',
  "'", "' or 1=1 --", "'; drop table users; --", "\\'; select pg_sleep(9)--", '%', '_', '\\', '%00',
  '../../etc/passwd', '<script>alert(1)</script>', '${7*7}', '{{7*7}}', '%zz', '%ff', '%ED%A0%80',
  '-1', '0', '1.5', '1e3', '1e309', '0x10', '01', ' 7', '2147483648', '9007199254740993', '9'.repeat(40),
  'NaN', 'Infinity', 'null', 'true', '[]', '{}', '__proto__', 'constructor', '*', ', ,', '"', 'W/"1"',
  '2030-02-30T00:00:00Z', '9999-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '2030-06-01T19:30:00+23:59',
  '+275760-09-13T00:00:00.001Z', '2030-06-01', '2030-06-01T24:00:00Z', '2030-06-01T19:30:00-24:00',
  '0001-01-01', '9999-12-31', '9999-12-31T23:59:59-23:59', '0001-01-01T00:00:00+23:59',
  'x'.repeat(300), 'ü'.repeat(2_000), 'x'.repeat(12_000), 'a@b.c', `${'a'.repeat(250)}@b.example`,
]

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
)

const TIMES = ['2031-01-01 00:00:00+00', '2031-01-01T00:00:00Z', '294277-01-01 00:00:00+00', '2031-02-30 00:00:00+00', '0001-01-01 00:00:00+15:59', 'infinity', 'now', '\ud800'] // prettier-ignore
const cursorTime = fc.oneof(fc.constantFrom(...TIMES), hostileText)
const cursorNumber = fc.oneof(
  fc.constantFrom(0, 1, -1, 1.5, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e300, null, '1'),
  fc.maxSafeInteger(),
)
/** In the forms that lists have, so that what is inside reaches the database if nobody looks. */
const hostileCursor: fc.Arbitrary<string> = fc
  .oneof(
    fc.tuple(cursorNumber),
    fc.tuple(cursorTime, cursorNumber),
    fc.tuple(fc.constantFrom('date', '-date'), cursorTime, cursorNumber),
    fc.tuple(fc.constantFrom('price', '-price'), cursorNumber, cursorNumber),
    fc.tuple(fc.constant('name'), hostileText, cursorNumber),
    fc.tuple(fc.constant('relevance'), cursorNumber, cursorTime, cursorNumber),
  )
  .map((key) => Buffer.from(JSON.stringify(key)).toString('base64url'))

/** What is hostile in a parameter of this name. */
export const hostileFor = (name: string): fc.Arbitrary<string> =>
  name === 'cursor' ? fc.oneof(hostileCursor, hostileText) : hostileText

const deep = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = [value]
  return value
}

const HOSTILE_NUMBERS = [
  ...[0, -0, -1, 1.5, 0.1 + 0.2, 1.005, 1e-10, 1e21, 1e300, Number.MAX_VALUE, Number.MIN_VALUE],
  ...[
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    2 ** 53 - 1,
    -(2 ** 53),
    2 ** 63,
    2 ** 64,
    999_999.99,
  ],
]

const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: hostileText },
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_NUMBERS) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(null, true, false, [], {}, [null], { $ne: 1 }, deep(200)),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)

/** A value that the schema takes, preferring what exists under that name. */
export function valueOf(schema: JsonSchema, name: string, pool: Pool): fc.Arbitrary<unknown> {
  const known = pool[name] ?? []
  const made = madeValue(schema, name, pool)
  if (known.length === 0) return made
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: made },
  )
}

function madeValue(schema: JsonSchema, name: string, pool: Pool): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const types = [schema.type ?? 'string'].flat()
  return fc.oneof(...types.map((type) => valueOfType(type, schema, name, pool)))
}

function valueOfType(
  type: string,
  schema: JsonSchema,
  name: string,
  pool: Pool,
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer': {
      const { minimum: min = 0, maximum: max = 2 ** 53 - 1 } = schema
      return fc.oneof(fc.integer({ min, max: Math.min(max, min + 50) }), fc.constantFrom(min, max))
    }
    case 'number':
      return fc.oneof(
        fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100),
        fc.constantFrom(schema.minimum ?? 0, schema.maximum ?? 1e9),
      )
    case 'array': {
      const { items = {}, minItems: minLength = 0, maxItems = 20 } = schema
      return fc.array(valueOf(items, name, pool), { minLength, maxLength: Math.min(maxItems, 4) })
    }
    case 'object':
      return objectOf(schema, pool)
    default:
      return textOf(schema)
  }
}

/** An object with what is required and some of the rest. */
export function objectOf(schema: JsonSchema, pool: Pool): fc.Arbitrary<Record<string, unknown>> {
  const properties = schema.properties ?? {}
  const required = new Set([...(schema.required ?? []), ...(schema.anyOf?.[0]?.required ?? [])])
  const values = Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, valueOf(inner, name, pool)]),
  )
  const optional = Object.keys(properties).filter((name) => !required.has(name))
  // Few optional fields at a time: all of them together seldom make sense.
  return fc
    .tuple(fc.record(values, { noNullPrototype: true }), fc.array(fc.nat(), { maxLength: 3 }))
    .map(([full, places]) => {
      const kept = new Set(places.map((place) => optional[place % optional.length]))
      const entries = Object.entries(full)
      return Object.fromEntries(entries.filter(([name]) => required.has(name) || kept.has(name)))
    })
}

function textOf({ pattern, format, minLength = 0, maxLength = 1_000 }: JsonSchema) {
  if (format === 'date-time') {
    return fc.oneof(
      fc.date({ min: new Date('2031-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
    ).map((date) => date.toISOString()) // prettier-ignore
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'))
  return fc.oneof(
    fc.string({ minLength, maxLength: Math.min(maxLength, 30) }),
    fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 30) }),
    fc.constantFrom('x'.repeat(Math.max(minLength, 1)), 'x'.repeat(Math.min(maxLength, 3_000))),
  )
}

/** Makes one thing wrong in a value that was right: a member replaced, added or dropped. */
export const spoil: fc.Arbitrary<(value: unknown) => unknown> = fc
  .record({
    place: fc.nat(100),
    hostile: hostileJson,
    name: hostileText,
    how: fc.constantFrom('replace', 'replace', 'replace', 'inside', 'add', 'drop'),
  })
  .map(({ place, hostile, name, how }) => {
    const spoiled = (whole: unknown): unknown => {
      if (typeof whole !== 'object' || whole === null) return hostile
      const entries: [string, unknown][] = Object.entries(whole)
      const index = place % Math.max(entries.length, 1)
      const [key = name, value] = entries[index] ?? []
      if (how === 'add' || entries.length === 0) entries.push([name, hostile])
      else if (how === 'drop') entries.splice(index, 1)
      else entries[index] = [key, how === 'inside' ? spoiled(value) : hostile]
      return Array.isArray(whole) ? entries.map(([, each]) => each) : Object.fromEntries(entries)
    }
    return spoiled
  })
