/** Requests made from the API document: well-formed ones, nearly well-formed ones and hostile ones. */
import fc from 'fast-check'
import type { Operation } from './api-document.ts'
import { type Pool, hostileFor, hostileText, objectOf, spoil, valueOf } from './fuzz-values.ts'

export type Caller = 'guest' | 'organizer' | 'admin' | 'nobody' | 'nonsense'

export interface FuzzRequest {
  operation: Operation
  method: string
  caller: Caller
  /** Path and query as they go over the wire. */
  target: string
  headers: [name: string, value: string][]
  body: Buffer | undefined
}

/** A request as its parts, so that one of them can be spoiled. */
interface Parts {
  method: string
  caller: Caller
  path: Record<string, unknown>
  query: [string, unknown][]
  headers: [string, unknown][]
  type: string | undefined
  /** What is sent is `body` when that is given, else `value` as JSON. */
  value: unknown
  body: Buffer | undefined
}

function partsOf(operation: Operation, pool: Pool): fc.Arbitrary<Parts> {
  const { parameters, body, method, needsToken } = operation
  const record = (place: string) => {
    const properties = parameters.filter((each) => each.in === place)
    return objectOf(
      {
        properties: Object.fromEntries(properties.map(({ name, schema }) => [name, schema])),
        required: place === 'path' ? properties.map(({ name }) => name) : [],
      },
      pool,
    )
  }
  return fc.record({
    method: fc.constant(method),
    // An admin may do most.
    caller: needsToken
      ? fc.constantFrom<Caller[]>('admin', 'admin', 'organizer', 'guest')
      : fc.constant<Caller>('nobody'),
    path: record('path'),
    query: record('query').map((fields) => Object.entries(fields)),
    headers: record('header').map((fields) => Object.entries(fields)),
    type: fc.constant(body === undefined ? undefined : 'application/json'),
    value: body === undefined ? fc.constant(undefined) : valueOf(body, '', pool),
    body: fc.constant(undefined),
  })
}

function requestOf(operation: Operation, parts: Parts): FuzzRequest {
  const { method, caller, path, query, headers, type, value } = parts
  const body = parts.body ?? (value === undefined ? undefined : jsonBytes(value))
  return {
    ...{ operation, method, caller, body },
    target: targetOf(operation, path, query),
    headers: [
      ...(type === undefined ? [] : [['Content-Type', type] as [string, string]]),
      ...headers.map(([name, text]): [string, string] => [name, String(text)]),
    ],
  }
}

const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/** Requests that should be taken, as far as a schema can tell. */
export const wellFormed = (operation: Operation, pool: Pool): fc.Arbitrary<FuzzRequest> =>
  partsOf(operation, pool).map((parts) => requestOf(operation, parts))

/** Requests with something wrong: mostly one thing, because the first hides all others. */
export function fuzzed(operation: Operation, pool: Pool): fc.Arbitrary<FuzzRequest> {
  const spoilings = fc.oneof(
    { weight: 8, arbitrary: fc.array(spoiling(operation), { minLength: 1, maxLength: 1 }) },
    { weight: 3, arbitrary: fc.array(spoiling(operation), { maxLength: 4 }) },
  )
  return fc.tuple(partsOf(operation, pool), spoilings).map(([parts, wrongs]) =>
    requestOf(
      operation,
      wrongs.reduce((before, wrong) => wrong(before), parts),
    ),
  )
}

type Spoiling = (parts: Parts) => Parts

function spoiling({ method, parameters, body }: Operation): fc.Arbitrary<Spoiling> {
  const always: fc.WeightedArbitrary<Spoiling>[] = [
    { weight: 1, arbitrary: fc.tuple(fc.oneof(fc.constantFrom('limit', 'q', 'x'), hostileText), hostileText).map(addTo('query', true)) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...HEADERS), hostileText).map(addTo('headers')) },
    { weight: 1, arbitrary: fc.constantFrom<Caller[]>('nobody', 'nonsense', 'guest', 'organizer').map((caller) => (parts: Parts) => ({ ...parts, caller })) },
    { weight: 1, arbitrary: fc.constant((parts: Parts) => ({ ...parts, method: method === 'GET' ? 'HEAD' : method })) },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => (parts: Parts) => ({ ...parts, value, type: 'application/json' })) },
  ] // prettier-ignore
  const inParameter = parameters.map(({ name, in: place }): fc.WeightedArbitrary<Spoiling> => ({
    weight: 2,
    arbitrary: hostileFor(name).map((text) => (parts) => {
      if (place === 'path') return { ...parts, path: { ...parts.path, [name]: text } }
      return addTo(place === 'query' ? 'query' : 'headers')([name, text])(parts)
    }),
  }))
  const inBody: fc.WeightedArbitrary<Spoiling>[] = body === undefined ? [] : [
    { weight: 10, arbitrary: spoil.map((change) => (parts: Parts) => ({ ...parts, value: change(parts.value) })) },
    { weight: 1, arbitrary: contentType.map((type) => (parts: Parts) => ({ ...parts, type })) },
    { weight: 2, arbitrary: fc.constantFrom(...DAMAGE).map((damage) => (parts: Parts) => ({ ...parts, body: Buffer.from(damage(JSON.stringify(parts.value))) })) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => (parts: Parts) => ({ ...parts, body: Buffer.from(bytes) })) },
    { weight: 1, arbitrary: hostileText.map((text) => (parts: Parts) => ({ ...parts, body: Buffer.from(text) })) },
  ] // prettier-ignore
  return fc.oneof(...always, ...inParameter, ...inBody)
}

/** In place of one of the same name, or beside it. */
const addTo =
  (part: 'query' | 'headers', isBeside = false) =>
  ([name, text]: [string, string]): Spoiling =>
  (parts) => {
    const others = parts[part].filter(([other]) => isBeside || other !== name)
    return { ...parts, [part]: [...others, [name, text]] }
  }

/** What a program reads of a request beside the headers of its schema. */
const HEADERS = ['if-none-match', 'if-match', 'accept', 'cookie', 'x-request-id', 'x-forwarded-for', 'origin', 'accept-encoding', 'content-encoding', 'x-long'] // prettier-ignore

const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant<string | undefined>('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        'application/json; charset=utf-8',
        'application/json; charset=latin1',
        'APPLICATION/JSON',
      ],
      ...[
        'application/json;',
        'application/json\t',
        'text/plain',
        'application/problem+json',
        '',
        ';',
      ],
      ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined],
    ),
  },
)

const DAMAGE: ((json: string) => string)[] = [
  (json) => json.slice(0, -1),
  (json) => `\ufeff${json}`,
  (json) => `${json}${json}`,
  (json) => json.replace(/\d+/, '1e400'),
  (json) => json.replace(/\d+/, '-0.0'),
  (json) => json.replace(/\d+/, '01'),
  (json) => json.replace(/"([^"]*)"/, '"\\ud800$1\\u0000"'),
  (json) => json.replace('{', '{"__proto__":{"user_type":"admin"},'),
  (json) => json.replace('{', '{"constructor":{"prototype":{"x":1}},'),
  (json) => json.replace(/\{("[^"]*":)/, '{$1null,$1'),
  (json) => '['.repeat(20_000) + json + ']'.repeat(20_000),
  (json) => json.replace('{', `{"padding":"${'x'.repeat(70_000)}",`),
]

/** Raw text that is no text of an address is written as bytes; some is sent as if it were one. */
function targetOf(
  { path }: Operation,
  values: Record<string, unknown>,
  query: [string, unknown][],
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => inAddress(String(values[name])))
  if (query.length === 0) return filled
  const fields = query.map(([name, value]) => `${inAddress(name)}=${inAddress(String(value))}`)
  return `${filled}?${fields.join('&')}`
}

/** Percent signs stay as they are, so that broken ones are sent too. */
export const inAddress = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return /[\w.~%*'()!-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
    })
    .join('')

/** The request to the byte. A line break in a header would only make it two. */
export function bytesOf(request: FuzzRequest, tokens: Partial<Record<Caller, string>>): Buffer {
  const { method, target, headers, body, caller } = request
  const token = tokens[caller]
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: shop.example',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...headers.map(([name, value]) => `${name}: ${value.replace(/[\r\n]/g, ' ')}`),
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)])
}
