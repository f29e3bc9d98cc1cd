/** Pictures of events: what is taken, from whom, and what is served of it. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import sharp from 'sharp'
import type { Event } from '../../src/contracts/event.ts'
import { UPLOADS_MAX } from '../../src/services/event/picture-routes.ts'
import { assertRefused } from '../support/accounts.ts'
import type { TestAnswer } from '../support/app.ts'
import { EVENTS, type EventShop, startEventShop } from '../support/event-api.ts'
import type { Buyer } from '../support/sale.ts'
import { until } from '../support/until.ts'

const MIB = 1024 * 1024

let shop: EventShop
let red: Buffer
let blue: Buffer
before(async () => {
  shop = await startEventShop()
  red = await plain('#c02020').jpeg().toBuffer()
  blue = await plain('#2020c0').png().toBuffer()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const plain = (background: string) =>
  sharp({ create: { width: 640, height: 480, channels: 3, background } })

interface Upload {
  by?: Buyer | undefined
  alt?: string
  type?: string
  headers?: Record<string, string>
}

const put = async (id: number, file: Buffer, upload: Upload = {}): Promise<TestAnswer> => {
  const { by = shop.organizer, alt, type = 'image/jpeg', headers = {} } = upload
  const query = alt === undefined ? '' : `?alt=${encodeURIComponent(alt)}`
  return await shop.app.inject({
    method: 'PUT',
    url: `${EVENTS}/${id}/picture${query}`,
    headers: { authorization: `Bearer ${by.token}`, 'content-type': type, ...headers },
    payload: file,
  })
}

const take = async (id: number, headers: Record<string, string> = {}, by = shop.organizer) =>
  await shop.call({ method: 'DELETE', url: `${EVENTS}/${id}/picture`, by, headers })

const withPicture = async (file: Buffer, upload?: Upload): Promise<Event> => {
  const { id } = await shop.create()
  const answer = await put(id, file, upload)
  assert.equal(answer.status, 200, answer.body)
  return answer.json<Event>()
}

/** The bytes themselves, which a text would not keep. */
const get = async (url: string) => await shop.app.shop.http.inject({ method: 'GET', url })

const filesOf = ({ picture }: Event) => {
  assert.ok(picture, 'the event has a picture')
  return [
    ...picture.urls.flatMap(({ width, height, webp, jpeg }) => [
      { url: webp, format: 'webp', width, height },
      { url: jpeg, format: 'jpeg', width, height },
    ]),
    { url: picture.card, format: 'jpeg', width: 1200, height: 630 },
  ]
}

const rowsOfPictures = async (): Promise<number> => {
  const [row] = await shop.app.db.query<{ n: number }>('select count(*)::int as n from pictures')
  return row?.n ?? -1
}

test('a picture is served in every width, as what it says it is, for good', async () => {
  const event = await withPicture(red, { alt: '  Four musicians on a roof ' })
  assert.equal(event.version, 2)
  assert.equal(event.picture?.alt, 'Four musicians on a roof')
  assert.match(event.picture.colour, /^#[0-9a-f]{6}$/)
  assert.deepEqual((await shop.read(event.id)).picture, event.picture)
  const listed = (await shop.list('?limit=100')).find(({ id }) => id === event.id)
  assert.deepEqual(listed?.picture, event.picture)

  for (const { url, format, width, height } of filesOf(event)) {
    const answer = await get(url)
    assert.equal(answer.statusCode, 200, url)
    assert.equal(answer.headers['content-type'], `image/${format}`)
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.equal(answer.headers['content-security-policy'], "default-src 'none'; sandbox")
    const found = await sharp(answer.rawPayload).metadata()
    assert.deepEqual([found.format, found.width, found.height], [format, width, height])
    const [r = 0, g = 0, b = 0] = (await sharp(answer.rawPayload).stats()).channels.map(
      ({ mean }) => mean,
    )
    assert.ok(r > 180 && g < 45 && b < 45, `${url} is red: ${r} ${g} ${b}`)
    const head = await shop.call({ method: 'HEAD', url })
    assert.deepEqual([head.status, head.body], [200, ''])
    assert.equal(head.headers['content-length'], String(answer.rawPayload.length))
  }
})

test('what is at no address of a picture is not found', async () => {
  const [file] = filesOf(await withPicture(red))
  assert.ok(file, 'it has files')
  const others = ['-481.webp', '-480.png', '-480.webp.html', '-0480.webp', '.webp']
  for (const other of others.map((end) => file.url.replace('-480.webp', end))) {
    assert.equal((await get(other)).statusCode, 404, other)
  }
  assert.equal((await get('/pictures/')).statusCode, 404)
})

test('only the organizer of an event and admins change its picture', async () => {
  const event = await withPicture(red)
  const draft = await shop.create({ status: 'draft' })
  for (const change of [
    async (id: number, by: Buyer) => await put(id, blue, { by }),
    async (id: number, by: Buyer) => await take(id, {}, by),
  ]) {
    assertRefused(await change(event.id, shop.rival), { status: 403, code: 'forbidden' })
    assertRefused(await change(event.id, shop.guest), { status: 403, code: 'forbidden' })
    assertRefused(await change(draft.id, shop.rival), { status: 404, code: 'not_found' })
  }
  // A stranger's file is not even looked at, or it would be refused for what it is.
  const strange = await put(event.id, Buffer.from('no picture'), { by: shop.rival })
  assertRefused(strange, { status: 403, code: 'forbidden' })
  assert.deepEqual((await shop.read(event.id)).picture, event.picture)
  assert.equal((await put(event.id, blue, { by: shop.admin })).status, 200)
})

test('what is no picture is refused by its bytes, whatever it is called', async () => {
  const { id } = await shop.create()
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  const refused = { status: 422, code: 'invalid_value', field: 'picture' }
  assertRefused(await put(id, svg, { type: 'image/svg+xml' }), refused)
  assertRefused(await put(id, svg, { type: 'image/png' }), refused)
  assertRefused(await put(id, Buffer.from('<html>')), refused)
  assertRefused(await put(id, Buffer.alloc(0)), refused)
  assertRefused(await put(id, await plain('#fff').gif().toBuffer()), refused)
  assertRefused(await put(id, red.subarray(0, red.length / 2)), refused)
  assert.equal((await shop.read(id)).version, 1)
  // What it is called does not matter the other way round either.
  assert.equal((await put(id, blue, { type: 'image/x-anything' })).status, 200)
})

test('a body of another type is 415, and says what is taken', async () => {
  const { id } = await shop.create()
  for (const type of ['application/json', 'text/html', 'application/octet-stream', 'multipart/form-data; boundary=x']) {
    const answer = await put(id, red, { type })
    assertRefused(answer, { status: 415, code: 'unsupported_media_type', field: 'Content-Type' })
    assert.match(answer.json<{ detail: string }>().detail, /picture/)
  }
  const elsewhere = await shop.app.inject({
    method: 'PATCH',
    url: `${EVENTS}/${id}`,
    headers: { authorization: `Bearer ${shop.organizer.token}`, 'content-type': 'image/jpeg' },
    payload: red,
  })
  assertRefused(elsewhere, { status: 415, code: 'unsupported_media_type' })
}) // prettier-ignore

test('what is larger than ten megabytes is not read to its end, and nowhere else is a body so large', async () => {
  const { id } = await shop.create()
  const large = (bytes: number) => Buffer.concat([red, Buffer.alloc(bytes - red.length)])
  assertRefused(await put(id, large(20 * MIB)), { status: 413, code: 'payload_too_large' })
  assertRefused(await put(id, large(10 * MIB + 1)), { status: 413, code: 'payload_too_large' })
  assert.equal((await put(id, large(10 * MIB))).status, 200)
  const body = { description: 'x'.repeat(70_000) }
  assertRefused(await shop.change(id, body), { status: 413, code: 'payload_too_large' })
})

test('a text that cannot be shown is refused by name', async () => {
  const { id } = await shop.create()
  const refused = { status: 400, code: 'invalid_request', field: 'alt' }
  assertRefused(await put(id, red, { alt: 'x'.repeat(301) }), refused)
  assertRefused(await put(id, red, { alt: 'two\nlines' }), refused)
  assert.equal((await withPicture(red, { alt: ' ' })).picture?.alt, null)
})

test('a change of an older version is refused, and the picture stays', async () => {
  const event = await withPicture(red)
  const stale = { 'if-match': '"1-x"' }
  const refused = { status: 412, code: 'precondition_failed', field: 'If-Match' }
  assertRefused(await put(event.id, blue, { headers: stale }), refused)
  assertRefused(await take(event.id, stale), refused)
  assert.deepEqual((await shop.read(event.id)).picture, event.picture)

  const { headers } = await shop.call({ method: 'GET', url: `${EVENTS}/${event.id}` })
  const current = { 'if-match': String(headers['etag']) }
  const changed = await put(event.id, blue, { headers: current })
  assert.equal(changed.json<Event>().version, 3, changed.body)
})

test('the same picture with the same text changes nothing, another text does', async () => {
  const { id, picture } = await withPicture(red, { alt: 'Red' })
  assert.equal((await put(id, red, { alt: 'Red' })).json<Event>().version, 2)
  const described = (await put(id, red, { alt: 'Very red' })).json<Event>()
  assert.equal(described.version, 3)
  assert.deepEqual(described.picture?.urls, picture?.urls)
  for (const { url } of filesOf(described)) assert.equal((await get(url)).statusCode, 200)
})

test('two that upload at once both succeed, and one picture is left', async () => {
  const { id } = await shop.create()
  const before = await rowsOfPictures()
  const answers = await Promise.all([put(id, red), put(id, blue)])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  const event = await shop.read(id)
  assert.equal(event.version, 3)
  for (const { url } of filesOf(event)) assert.equal((await get(url)).statusCode, 200)
  assert.equal(await rowsOfPictures(), before + 7)
})

test('of many uploads at once a few wait, and the rest are sent away', async () => {
  const { id } = await shop.create()
  const answers = await Promise.all(Array.from({ length: 9 }, async () => await put(id, red)))
  const refused = answers.filter(({ status }) => status !== 200)
  assert.ok(refused.length > 0 && refused.length < 9, `${refused.length} were refused`)
  for (const answer of refused) {
    assertRefused(answer, { status: 503, code: 'unavailable' })
    assert.equal(answer.headers['retry-after'], '5')
  }
  assert.equal((await put(id, blue)).status, 200, 'and then there is room again')
})

test('an event with a picture is shown, whatever a request calls the shop', async () => {
  const { id } = await withPicture(red)
  for (const host of ['shop.example', 'a:b:c', '999.999.999.999', 'no name']) {
    const answer = await shop.call({ method: 'GET', url: `/events/${id}`, headers: { host } })
    assert.equal(answer.status, 200, host)
    const card = /<meta property="og:image" content="([^"]*)"/.exec(answer.body)?.[1]
    const origin = host === 'shop.example' ? `http://${host}` : ''
    assert.match(card ?? '', new RegExp(`^${origin}/pictures/`), host)
  }
})

test('while some upload for ever, others are sent away before they are read', async () => {
  const { id } = await shop.create()
  const { hostname, port } = new URL(await shop.app.listen())
  const head = [
    `PUT ${EVENTS}/${id}/picture HTTP/1.1`,
    ...['Host: shop.example', `Authorization: Bearer ${shop.organizer.token}`],
    ...['Content-Type: image/jpeg', 'Content-Length: 10000000', '', ''],
  ]
  const answers: string[] = []
  const sockets = Array.from({ length: UPLOADS_MAX + 3 }, () => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => answers.push(bytes.toString()))
    socket.write(head.join('\r\n'))
    return socket
  })
  try {
    await until('those who come too late are answered', () => answers.length >= 3)
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 503 [^]*being uploaded/)
    const refused = await put(id, red)
    assertRefused(refused, { status: 503, code: 'unavailable' })
    assert.equal(refused.headers['retry-after'], '5')
    assert.equal(answers.length, 3, 'the others still wait for their files')
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  await until('there is room again', async () => (await put(id, blue)).status === 200)
})

test('a picture that is replaced, taken away, or of a deleted event is gone with all its files', async () => {
  const before = await rowsOfPictures()
  const first = await withPicture(red)
  const second = (await put(first.id, blue)).json<Event>()
  for (const { url } of filesOf(first)) assert.equal((await get(url)).statusCode, 404)
  assert.equal(await rowsOfPictures(), before + 7)

  const without = await take(first.id)
  assert.equal(without.status, 200, without.body)
  assert.deepEqual([without.json<Event>().picture, without.json<Event>().version], [null, 4])
  assert.equal((await shop.read(first.id)).picture, null)
  for (const { url } of filesOf(second)) assert.equal((await get(url)).statusCode, 404)
  const again = await take(first.id, { 'if-match': '"3-x"' })
  assert.deepEqual([again.status, again.json<Event>().version], [200, 4], 'it is done already')

  const onSaleAt = '2035-01-01T00:00:00Z'
  const { id } = await shop.create({ on_sale_at: onSaleAt })
  assert.equal((await put(id, red)).status, 200)
  const deleted = await shop.call({ method: 'DELETE', url: `${EVENTS}/${id}`, by: shop.organizer })
  assert.equal(deleted.status, 204, deleted.body)
  assert.equal(await rowsOfPictures(), before)
})

test('no two events share files, and each keeps its own', async () => {
  const [one, other] = [await withPicture(red), await withPicture(red)]
  assert.notEqual(one.picture?.card, other.picture?.card)
  assert.equal((await take(one.id)).status, 200)
  for (const { url } of filesOf(other)) assert.equal((await get(url)).statusCode, 200)
})

test('a cancelled event keeps the picture it has', async () => {
  const { id, picture } = await withPicture(red)
  const cancel = { method: 'POST', url: `${EVENTS}/${id}/cancel`, by: shop.organizer } as const
  assert.equal((await shop.call(cancel)).status, 200)
  assertRefused(await put(id, blue), { status: 409, code: 'event_cancelled' })
  assertRefused(await take(id), { status: 409, code: 'event_cancelled' })
  assert.deepEqual((await shop.read(id)).picture, picture)
})

test('the audit log has what was and what is', async () => {
  const { id, picture } = await withPicture(red)
  await take(id)
  const entries = await shop.app.db.query<{ action: string; before: object; after: object }>(
    `select action, before, after from audit_log
      where subject_type = 'event' and subject_id = $1 and action like 'event.picture%' order by id`,
    [id],
  )
  assert.deepEqual(entries, [
    { action: 'event.picture_changed', before: { picture: null, version: 1 }, after: { picture, version: 2 } },
    { action: 'event.picture_removed', before: { picture, version: 2 }, after: { picture: null, version: 3 } },
  ])
}) // prettier-ignore

test('pages show it, and what is shared has its card', async () => {
  const { id, picture } = await withPicture(red, { alt: 'Red "all" over' })
  const page = async (url: string) =>
    await shop.call({ method: 'GET', url, headers: { host: 'shop.example' } })
  const { body } = await page(`/events/${id}`)
  assert.match(body, /<picture class="picture"><source type="image\/webp"/)
  assert.match(body, /alt="Red &quot;all&quot; over" fetchpriority="high"/)
  assert.ok(body.includes(`property="og:image" content="http://shop.example${picture?.card}"`), body)
  assert.ok(body.includes(`"image":"http://shop.example${picture?.card}"`), body)
  assert.ok((await page('/')).body.includes(picture?.urls[0]?.webp ?? 'none'), 'the list shows it')
}) // prettier-ignore
