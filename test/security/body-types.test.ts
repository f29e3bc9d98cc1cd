/** However a body says what it is, it is held to the schema or refused: there is no third way. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type Operation, readApiDocument } from '../support/api-document.ts'
import { type TestAnswer } from '../support/app.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { testSeed } from '../support/random.ts'

let shop: EventShop
let operations: Operation[]
before(async () => {
  shop = await startEventShop()
  const document = await readApiDocument(shop.app)
  operations = document.operations.filter(({ body }) => body !== undefined)
  assert.ok(operations.length >= 8, 'operations.length >= 8')
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

async function send(
  operation: Operation,
  headers: Record<string, string>,
  payload: string | Buffer,
) {
  return await shop.app.inject({
    method: operation.method,
    url: operation.path.replace(/\{\w+\}/, '1'),
    headers: { authorization: `Bearer ${shop.admin.token}`, ...headers },
    payload,
  })
}

/** No operation has this field, so whoever does not refuse it has not looked. */
const UNKNOWN = JSON.stringify({ not_a_field: 1 })

function assertRefused(answer: TestAnswer, hint: string): void {
  const { code, field } = answer.json<{ code: string; field?: string }>()
  if (answer.status === 415) return
  assert.deepEqual([answer.status, code], [400, 'invalid_request'], `${hint}: ${answer.body}`)
  assert.notEqual(field, undefined, hint)
}

const VARIANTS = [
  ...['application/json', 'application/json;', 'application/json ;', 'application/json\t', ' application/json'],
  ...['application/json\t;charset=utf-8', 'application/json; charset=utf-8', 'application/json;charset="utf-8"'],
  ...['APPLICATION/JSON', 'Application/Json; Charset=UTF-8', 'application/json; a=b; c=d', 'application/json;;;'],
  ...['application/json,', 'application/json, text/plain', 'text/plain, application/json', 'application/json a'],
  ...['application/jsonx', 'xapplication/json', 'application/vnd.api+json', 'application/problem+json'],
  ...['application/json\x0b', 'application/json/', 'application//json', 'json', '*/*', 'application/*', 'text/json'],
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '', ' ', ';', 'undefined'],
  ...['application/json; charset=latin1', 'application/json; charset=utf-16', 'application/json; charset=utf-7'],
] // prettier-ignore

test('every way to write the type is validated or 415, for every operation with a body', async () => {
  for (const operation of operations) {
    for (const type of VARIANTS) {
      const answer = await send(operation, { 'content-type': type }, UNKNOWN)
      assertRefused(answer, `${operation.method} ${operation.path} as ${JSON.stringify(type)}`)
    }
    assertRefused(await send(operation, {}, UNKNOWN), `${operation.path} without a type`)
  }
})

test('a type made at random is validated or 415', async () => {
  const piece = fc.constantFrom('application', '/', 'json', ';', ' ', '\t', 'charset', '=', 'utf-8', 'text', 'plain', ',', '"', '+', 'JSON', '\\') // prettier-ignore
  const types = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `application/json${pieces.join('')}`),
  )
  await fc.assert(
    fc.asyncProperty(types, fc.nat(), async (type, place) => {
      const operation = operations[place % operations.length] as Operation
      assertRefused(await send(operation, { 'content-type': type }, UNKNOWN), JSON.stringify(type))
    }),
    { numRuns: 500, seed: testSeed() },
  )
})

test('a body is UTF-8, and whoever says otherwise is refused instead of misread', async () => {
  const event = { name: 'Café Müller', venue: 'Arena', event_date: '2035-12-10T20:00:00Z', ticket_price: 1, total_tickets: 1 } // prettier-ignore
  const create = operations.find(({ method, path }) => `${method} ${path}` === 'POST /api/v1/events')
  assert.ok(create, 'events can be created')
  for (const charset of ['latin1', 'ISO-8859-1', '"latin1"', 'utf-16le', 'us-ascii', '', 'utf-8; charset=latin1']) {
    const headers = { 'content-type': `application/json; charset=${charset}` }
    const answer = await send(create, headers, Buffer.from(JSON.stringify(event), 'latin1'))
    assert.equal(answer.status, 415, `${charset}: ${answer.body}`)
  }
  for (const type of ['application/json; charset=utf-8', 'application/json; charset="UTF-8"', 'application/json;charset=utf8']) {
    const answer = await send(create, { 'content-type': type }, JSON.stringify(event))
    assert.equal(answer.status, 201, answer.body)
    assert.equal(answer.json<{ name: string }>().name, event.name)
  }
}) // prettier-ignore
