/** Tickets are no access tokens and access tokens no tickets; and what the format's page says is so. */
import assert from 'node:assert/strict'
import { type JsonWebKey, createPublicKey, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { packageRoot } from '../../src/platform/package-root.ts'
import {
  type SigningKeys,
  loadSigningKeys,
  parseSigningKeys,
} from '../../src/platform/signing-keys.ts'
import { createTicketTokens } from '../../src/services/ticketing/ticket-token.ts'
import { ME, assertRefused, get, post } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

let app: TestApp
let keys: SigningKeys
let buyer: Buyer
before(async () => {
  app = await startApp()
  keys = await loadSigningKeys({ authKey: undefined, dataDir: app.dataDir })
  buyer = (await createBuyers(app.db, app.dataDir, 1))[0] as Buyer
})
after(async () => {
  await app[Symbol.asyncDispose]()
})

/** A ticket that was really bought. */
async function boughtTicket(): Promise<{ ticketCode: string; eventId: number }> {
  const { eventId } = await createSale(app.db, { capacity: 5 })
  const answer = await post(app, '/api/v1/orders', { event_id: eventId, quantity: 1 }, { authorization: `Bearer ${buyer.token}` }) // prettier-ignore
  const { tickets } = answer.json<{ tickets: [{ ticket_code: string }] }>()
  return { ticketCode: tickets[0].ticket_code, eventId }
}

test('a ticket, and every part of it, opens nothing as an access token', async () => {
  assert.equal((await get(app, ME, buyer.token)).status, 200)
  const text = createTicketTokens({ keys }).sign(await boughtTicket())
  const [header = '', payload = '', signature = ''] = buyer.token.split('.')
  const [format = '', , , , ticketSignature = ''] = text.split('.')
  const bytes = bytesOf(ticketSignature).toString('base64url')
  for (const token of [
    text,
    `${header}.${payload}.${bytes}`,
    `${header}.${text.slice(0, text.lastIndexOf('.'))}.${bytes}`,
    `${header}.${Buffer.from(text).toString('base64url')}.${signature}`,
    `${format}.${payload}.${signature}`,
  ]) {
    assertRefused(await get(app, ME, token), { status: 401, code: 'unauthenticated' }, token)
  }
})

test('an access token, and its signature, is no ticket', async () => {
  const tokens = createTicketTokens({ keys })
  const ticket = await boughtTicket()
  const text = tokens.sign(ticket)
  assert.deepEqual(tokens.verify(text, ticket.eventId), ticket)
  const head = text.slice(0, text.lastIndexOf('.'))
  const [signedHeader = '', payload = '', signature = ''] = buyer.token.split('.')
  // What our key makes of a ticket without the words that only tickets begin with.
  const bare = sign(null, Buffer.from(head), keys.signing.privateKey)
  for (const other of [
    buyer.token,
    `${head}.${textOf(Buffer.from(signature, 'base64url'))}`,
    `${signedHeader}.${payload}.${text.slice(head.length + 1)}`,
    `${head}.${textOf(bare)}`,
  ]) {
    assert.equal(tokens.verify(other, ticket.eventId), undefined, other)
  }
})

test('the public keys that the shop publishes are enough to check a ticket', async () => {
  const ticket = await boughtTicket()
  const text = createTicketTokens({ keys }).sign(ticket)
  const answer = await get(app, '/.well-known/jwks.json')
  const published = answer.json<{ keys: (JsonWebKey & { kid: string })[] }>().keys
  assert.deepEqual(scan(text, published), ticket)
})

test('the example in the description of the format is one, to the letter', () => {
  const page = readFileSync(new URL('docs/ticket-format.md', packageRoot), 'utf8')
  const example = JSON.parse(/```json\n([^`]+)```/.exec(page)?.[1] ?? '') as {
    key: JsonWebKey
    kid: string
    event: number
    ticket: string
    text: string
  }
  const exampleKeys = parseSigningKeys(JSON.stringify(example.key), 'the page')
  const ticket = { ticketCode: example.ticket, eventId: example.event }
  assert.equal(exampleKeys.signing.kid, example.kid)
  assert.equal(createTicketTokens({ keys: exampleKeys }).sign(ticket), example.text)
  const { d: _secret, ...publicKey } = example.key
  assert.deepEqual(scan(example.text, [{ ...publicKey, kid: example.kid }]), ticket)
  assert.equal(scan(example.text.replace('.42.', '.43.'), [{ ...publicKey, kid: example.kid }]), undefined) // prettier-ignore
})

/** A scanner, written by the description alone. */
function scan(text: string, published: readonly (JsonWebKey & { kid: string })[]) {
  const [format, name, event, ticketCode = '', signature = '', ...more] = text.split('.')
  if (format !== 'BO1' || more.length > 0) return undefined
  const jwk = published.find(
    ({ kid }) => textOf(Buffer.from(kid, 'base64url').subarray(0, 5)) === name,
  )
  if (jwk === undefined) return undefined
  const signed = `Box Office ticket\n${text.slice(0, text.lastIndexOf('.'))}`
  const bytes = bytesOf(signature)
  if (textOf(bytes) !== signature) return undefined
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  if (!verify(null, Buffer.from(signed), key, bytes)) return undefined
  return { ticketCode, eventId: Number(event) }
}

/** Base 32 by way of one long row of bits. */
function bytesOf(text: string): Buffer {
  const bits = [...text].map((digit) => DIGITS.indexOf(digit).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

function textOf(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((group) => DIGITS.charAt(Number.parseInt(group.padEnd(5, '0'), 2)))
    .join('')
}
