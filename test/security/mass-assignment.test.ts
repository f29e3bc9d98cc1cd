/** Nobody sets what is not theirs to set by adding it to what they send. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PASSWORD } from '../support/accounts.ts'
import { type ApiCall, apiCalls, objectsIn, send } from './api-calls.ts'
import { type Cast, startCast } from './cast.ts'
import { stateOfShop } from './state-of-shop.ts'

const HOST = 'shop.example'

let cast: Cast
let calls: ApiCall[]
before(async () => {
  cast = await startCast()
  calls = await apiCalls(cast)
})
after(async () => {
  await cast[Symbol.asyncDispose]()
})

/** What other programs take, and what this one might be thought to. */
const GUESSES = [
  ...['role', 'roles', 'admin', 'is_admin', 'isAdmin', 'userType', 'permissions', 'scope'],
  ...['email_verified', 'verified', 'active', 'balance', 'credit', 'discount', 'price', 'total'],
  ...['paid', 'user', 'buyer', 'owner', 'owner_id', 'organizer_id', 'userId', 'createdBy', 'hold'],
  ...['tickets', 'seats', 'payment_method', 'remaining_tickets', 'sold', '_id', '$set', 'where'],
]

/** The names of all columns there are, so that a new one is tried without anybody thinking of it. */
async function columns(): Promise<string[]> {
  const rows = await cast.app.db.query<{ name: string }>(
    `select distinct column_name as name from information_schema.columns
      where table_schema = 'public' order by 1`,
  )
  return rows.map(({ name }) => name)
}

test('a field that a body does not have is refused by its name, in every call that has a body', async () => {
  const names = [...new Set([...(await columns()), ...GUESSES])]
  for (const name of ['user_type', 'total_price', 'created_by', 'token_version', 'status']) {
    assert.ok(names.includes(name), `${name} is tried`)
  }
  const before = await stateOfShop(cast.app)
  let tried = 0
  for (const call of calls) {
    for (const { path, schema, withField } of objectsIn(call)) {
      for (const name of names.filter((each) => !Object.hasOwn(schema.properties ?? {}, each))) {
        const answer = await send(cast, call, withField(name, '1'))
        const { code, field } = answer.json<{ code: string; field?: string }>()
        const hint = `${call.name} with ${path}${name}: ${answer.body}`
        assert.deepEqual([code, field], ['invalid_request', `${path}${name}`], hint)
        tried += 1
      }
    }
  }
  assert.ok(tried > 500, `${tried} fields were tried`)
  assert.equal(await stateOfShop(cast.app), before, 'and nothing changed')
})

test('a body that a call does not need does nothing', async () => {
  const bodiless = calls.filter((call) => call.bodySchema === undefined && call.method === 'POST')
  assert.ok(bodiless.length >= 4, 'there are such calls')
  const taken = { ticket_price: 1, total_tickets: 1, created_by: cast.people.guest.id, name: 'X' }
  const rowOf = async (id: string) =>
    (
      await cast.app.db.query(
        'select name, ticket_price, total_tickets, created_by from events where id = $1',
        [id],
      )
    )[0]
  for (const call of bodiless) {
    const id = await cast.thingOf('event', cast.other)
    const before = await rowOf(id)
    const url = call.path.replace(':id', id)
    const answer = await send(cast, { ...call, url }, JSON.stringify(taken))
    // Or it is about something else than an event, and finds nothing under that id.
    assert.ok([200, 202, 400, 404].includes(answer.status), `${call.name}: ${answer.body}`)
    assert.deepEqual(await rowOf(id), before, call.name)
  }
})

test('a query parameter that a list does not have is refused by its name', async () => {
  const lists = calls.filter((call) => Object.keys(call.query).length > 0)
  assert.ok(lists.length >= 5, 'there are such calls')
  for (const call of lists) {
    for (const name of [
      'user_id',
      'password_hash',
      'sort_by',
      'fields',
      '__proto__',
      'constructor',
    ]) {
      // prettier-ignore
      const answer = await send(cast, { ...call, url: `${call.url}?${name}=1` })
      const { code, field } = answer.json<{ code: string; field?: string }>()
      assert.deepEqual([code, field], ['invalid_request', name], `${call.name}: ${answer.body}`)
    }
  }
})

suite('forms take what they show and no more', () => {
  const submit = async (url: string, fields: string, cookie?: string) =>
    await cast.app.inject({
      method: 'POST',
      url,
      headers: {
        host: HOST,
        origin: `http://${HOST}`,
        'content-type': 'application/x-www-form-urlencoded',
        ...(cookie === undefined ? {} : { cookie }),
      },
      payload: fields,
    })

  test('nobody signs up as an admin, whatever the form says', async () => {
    const types = ['admin', 'ADMIN', 'root', '', 'guest&user_type=admin', 'admin&user_type=admin']
    for (const [n, type] of types.entries()) {
      const email = `form-${n}@shop.example`
      const password = PASSWORD.replaceAll(' ', '+')
      const polluted = '__proto__[user_type]=admin&constructor[prototype][user_type]=admin'
      const more = `id=1&role=admin&token_version=-1&suspended_at=&${polluted}`
      const answer = await submit(
        '/sign-up',
        `name=Eve&email=${email}&password=${password}&user_type=${type}&${more}`,
      )
      assert.equal(answer.status, 303, answer.body)
      const [user] = await cast.app.db.query<{ id: number; user_type: string }>(
        'select id, user_type, token_version from users where email = $1',
        [email],
      )
      assert.deepEqual({ ...user, id: 0 }, { id: 0, user_type: 'guest', token_version: 0 }, type)
      assert.notEqual(user?.id, 1)
    }
  })

  test('a purchase costs what the server says, and is for who is signed in', async () => {
    const event = await cast.thingOf('sale', cast.other)
    const { guest } = cast.people
    const answer = await submit(
      `/events/${event}/buy`,
      `key=a-key-of-sixteen-or-more&quantity=2&total_price=0&price=0&user_id=${cast.other.id}&event_id=1&status=PENDING`,
      guest.cookie,
    )
    assert.equal(answer.status, 303, answer.body)
    const orders = await cast.app.db.query(
      'select user_id, quantity, total_price::float, status from orders where event_id = $1',
      [event],
    )
    assert.deepEqual(
      orders.map((order) => ({ ...order })),
      [{ user_id: guest.id, quantity: 2, total_price: 150, status: 'PENDING' }],
    )
  })
})
