/** A value of the wrong kind is refused by the name of its field, never converted or rounded. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type ApiCall, type Schema, apiCalls, fieldsOf, objectsIn, send } from './api-calls.ts'
import { type Cast, startCast } from './cast.ts'
import { stateOfShop } from './state-of-shop.ts'

let cast: Cast
let calls: ApiCall[]
let untouched: string
before(async () => {
  cast = await startCast()
  calls = await apiCalls(cast)
  untouched = await stateOfShop(cast.app)
})
after(async () => {
  await cast[Symbol.asyncDispose]()
})

const typesOf = ({ type }: Schema): string[] => [type ?? []].flat()

/** JSON of no use for anything but text. */
const WRONG_FOR_ALL = ['{}', '{"$gt":0}', '{"valueOf":1}', '[[]]', '[null]']
const WRONG: Record<string, string[]> = {
  integer: ['"2"', '"2 or 1=1"', '""', 'true', '[2]', '1.5', '1e309', '-1e309', '1e-9', '-1'],
  number: ['"2"', '"1e3"', '""', 'true', '[2]', '1e309', '-1e309', '-1', '-0.01'],
  boolean: ['"true"', '"false"', '""', '0', '1', '[true]'],
  string: ['0', '1', 'true', 'false', '["text"]'],
  array: ['""', '0', 'true', '[]'],
  enum: ['""', '0', 'true', '["guest"]', '"nonsense"', '"GUEST"', '"guest "'],
}

/** Texts of JSON that a field must not take. */
function wrongFor(schema: Schema): string[] {
  const types = typesOf(schema)
  const kind = schema.enum === undefined ? types.find((type) => type !== 'null') : 'enum'
  assert.ok(kind !== undefined && kind in WRONG, `values of ${JSON.stringify(schema)} are known`)
  const { minimum, maximum, maxLength, minLength, format } = schema
  return [
    ...WRONG_FOR_ALL,
    ...(WRONG[kind] ?? []),
    ...(types.includes('null') ? [] : ['null']),
    ...(minimum === undefined || kind !== 'integer' ? [] : [String(minimum - 1)]),
    // The next number that a double can tell from it.
    ...(maximum === undefined ? [] : [String(maximum + 1), '1e300']),
    ...(maxLength === undefined ? [] : [JSON.stringify('x'.repeat(maxLength + 1))]),
    ...((minLength ?? 0) > 0 ? ['""'] : []),
    ...(format === 'date-time'
      ? ['"tomorrow"', '"2035-12-10"', '"2035-02-30T00:00:00Z"', '"0"', '"2035-12-10T25:00:00Z"']
      : []),
  ]
}

interface ProblemJson {
  code: string
  field?: string
}

async function assertRefusedAt(field: string, call: ApiCall, body?: string): Promise<void> {
  const answer = await send(cast, call, body)
  const problem = answer.json<ProblemJson>()
  const hint = `${call.method} ${call.url} ${(body ?? '').slice(0, 300)} → ${answer.body.slice(0, 300)}`
  assert.equal(answer.status, 400, hint)
  assert.equal(problem.code, 'invalid_request', hint)
  // What is inside a field may be named as well.
  assert.ok(`${problem.field ?? ''}/`.startsWith(`${field}/`), `${field} is named: ${hint}`)
}

test('every field of every body refuses what it does not take', async () => {
  let tried = 0
  for (const call of calls) {
    for (const { path, schema, withValue } of fieldsOf(call)) {
      for (const json of wrongFor(schema)) {
        await assertRefusedAt(path, call, withValue(json))
        tried += 1
      }
    }
  }
  assert.ok(tried > 400, `${tried} values were tried`)
  assert.equal(await stateOfShop(cast.app), untouched, 'and nothing changed')
})

const WRONG_TEXT: Record<string, string[]> = {
  integer: ['', '0x1', '1e0', '1.0', '1.5', '01', '+1', '-1', '0', '%201', '1%20', '1_0', 'one', 'true', 'null', 'NaN', '[1]', '1e309', '9007199254740993', '%D9%A1'], // prettier-ignore
  number: ['', '0x1', '1e0', '+1', '-1', '.5', '1.', 'NaN', 'Infinity', 'true', 'null', '1e309', '1,5'], // prettier-ignore
  boolean: ['', '0', '1', 'TRUE', 'yes', 'null', '[]', 'true%20'],
  enum: ['', 'nonsense', 'GUEST', 'null', '0'],
}

test('every query parameter refuses what it does not take', async () => {
  let tried = 0
  for (const call of calls) {
    for (const [name, schema] of Object.entries(call.query)) {
      const kind = schema.enum === undefined ? (typesOf(schema)[0] ?? '') : 'enum'
      const values = WRONG_TEXT[kind] ?? []
      assert.ok(values.length > 0 || kind === 'string', `values of ${name} are known`)
      const tooLong = schema.maxLength === undefined ? [] : ['x'.repeat(schema.maxLength + 1)]
      // A list, which a string must not become either.
      const twice = `1&${name}=2`
      for (const text of [...values, ...tooLong, twice]) {
        await assertRefusedAt(name, { ...call, url: `${call.url}?${name}=${text}` })
        tried += 1
      }
    }
  }
  assert.ok(tried > 100, `${tried} values were tried`)
})

test('every number in a path refuses what it does not take', async () => {
  let tried = 0
  for (const call of calls) {
    if (typesOf(call.pathParameters['id'] ?? {})[0] !== 'integer') continue
    for (const text of WRONG_TEXT['integer'] ?? []) {
      // Without a text the address is another one.
      if (text === '') continue
      const url = call.path.replace(':id', text)
      await assertRefusedAt('id', { ...call, url }, call.body && JSON.stringify(call.body))
      tried += 1
    }
  }
  assert.ok(tried > 100, `${tried} values were tried`)
  assert.equal(await stateOfShop(cast.app), untouched, 'and nothing changed')
})

suite('JSON that is made to confuse', () => {
  const order = (event: string, members: string) => `{"event_id":${event},${members}}`

  test('no body reaches the prototype of anything', async () => {
    const polluting = [
      ['__proto__', '{"polluted":true}'],
      ['\\u005f_proto__', '{"polluted":true}'],
      ['constructor', '{"prototype":{"polluted":true}}'],
      ['const\\u0072uctor', '{"prototype":{"polluted":true}}'],
    ] as const
    for (const call of calls) {
      for (const { withField } of objectsIn(call)) {
        for (const [name, json] of polluting) {
          const body = withField('@', json).replace('"@"', `"${name}"`)
          const answer = await send(cast, call, body)
          assert.equal(answer.status, 400, `${call.name} ${body}: ${answer.body}`)
          // By the parser, before any code of ours holds such an object.
          assert.equal(answer.json<ProblemJson>().field, 'body', answer.body)
          assert.equal(({} as { polluted?: true }).polluted, undefined, call.name)
        }
      }
    }
    assert.equal(await stateOfShop(cast.app), untouched, 'and nothing changed')
  })

  test('what is nested a hundred thousand deep, or as deep as fits, is refused and the shop lives', async () => {
    const depths = [
      [30_000, 400],
      [100_000, 413],
    ] as const
    for (const call of calls) {
      for (const { withField } of objectsIn(call)) {
        for (const [depth, status] of depths) {
          for (const json of [
            '['.repeat(depth) + ']'.repeat(depth),
            `${'{"a":'.repeat(depth / 3)}1${'}'.repeat(depth / 3)}`,
          ]) {
            const answer = await send(cast, call, withField('x', json))
            assert.equal(answer.status, status, `${call.name}, ${depth} deep: ${answer.body}`)
          }
        }
      }
    }
    const alive = await send(cast, { method: 'GET', url: '/readyz' })
    assert.equal(alive.status, 200)
  })

  test('of a name that comes twice the last value counts, for the check and for the deed', async () => {
    const event = await cast.thingOf('sale', cast.other)
    const call = { method: 'POST', url: '/api/v1/orders' }
    for (const members of ['"quantity":1,"quantity":"1"', '"quantity":1,"quantity":1000']) {
      assert.equal((await send(cast, call, order(event, members))).status, 400, members)
    }
    const placed = await send(cast, call, order(event, '"quantity":1000,"quantity":2'))
    assert.equal(placed.status, 201, placed.body)
    const { quantity, total_price } = placed.json<{ quantity: number; total_price: number }>()
    assert.deepEqual([quantity, total_price], [2, 150])
    assert.equal(placed.json<{ tickets: object[] }>().tickets.length, 2)
  })

  test('a number written in another way is the same number', async () => {
    const event = await cast.thingOf('sale', cast.other)
    const call = { method: 'POST', url: '/api/v1/orders' }
    for (const text of ['1e0', '1.0', '10e-1']) {
      const placed = await send(cast, call, order(event, `"quantity":${text}`))
      assert.equal(placed.json<{ quantity: number }>().quantity, 1, text)
    }
  })
})
