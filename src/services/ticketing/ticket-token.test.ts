import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { type SigningKeys, parseSigningKeys } from '../../platform/signing-keys.ts'
import { qrMatrix } from './qr-code.ts'
import { createTicketCode } from './ticket-code.ts'
import { createTicketTokens } from './ticket-token.ts'

function newKeys(): { keys: SigningKeys; pem: string } {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { keys: parseSigningKeys(pem, 'a test'), pem }
}

const { keys, pem } = newKeys()
const tokens = createTicketTokens({ keys })
const TICKET = { ticketCode: createTicketCode(1_900_000_000_000), eventId: 42 }
const TEXT = tokens.sign(TICKET)

test('a ticket is read back, and its text is the same every time', () => {
  assert.deepEqual(tokens.verify(TEXT, 42), TICKET)
  assert.equal(tokens.sign(TICKET), TEXT)
})

test('the tickets of older codes and of the largest events are read back, too', () => {
  for (const ticketCode of ['TCK-A', 'TCK-ABC123', `TCK-${'Z'.repeat(60)}`]) {
    for (const eventId of [1, Number.MAX_SAFE_INTEGER]) {
      const text = tokens.sign({ ticketCode, eventId })
      assert.deepEqual(tokens.verify(text, eventId), { ticketCode, eventId })
    }
  }
})

suite('no ticket is', () => {
  test('one with any bit flipped', () => {
    const bytes = Buffer.from(TEXT)
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
      assert.equal(tokens.verify(flipped.toString('latin1'), 42), undefined, flipped.toString())
    }
  })

  test('one with any character replaced by another of the alphabet', () => {
    for (let place = 0; place < TEXT.length; place += 1) {
      for (const character of '0123456789ABCDEFGHJKMNPQRSTVWXYZ.-') {
        if (TEXT[place] === character) continue
        const text = TEXT.slice(0, place) + character + TEXT.slice(place + 1)
        assert.equal(tokens.verify(text, 42), undefined, text)
      }
    }
  })

  test('one that is cut off, or goes on', () => {
    for (let length = 0; length < TEXT.length; length += 1) {
      assert.equal(tokens.verify(TEXT.slice(0, length), 42), undefined)
    }
    for (const text of [
      `${TEXT}0`,
      `${TEXT}\n`,
      ` ${TEXT}`,
      `${TEXT}${TEXT}`,
      TEXT.toLowerCase(),
    ]) {
      assert.equal(tokens.verify(text, 42), undefined, text)
    }
  })

  test('one for another event, also when it says that it is for this one', () => {
    const other = tokens.sign({ ...TICKET, eventId: 43 })
    assert.equal(tokens.verify(other, 42), undefined)
    assert.equal(tokens.verify(other.replace('.43.', '.42.'), 42), undefined)
  })

  test('one that another key signed, also under the name of ours', () => {
    const stranger = createTicketTokens({ keys: newKeys().keys })
    const text = stranger.sign(TICKET)
    assert.equal(tokens.verify(text, 42), undefined)
    assert.equal(tokens.verify(text.replace(stranger.keyName, tokens.keyName), 42), undefined)
  })
})

test('a key that is replaced still verifies, and what it signed is none when it is dropped', () => {
  const next = newKeys()
  const both = createTicketTokens({ keys: parseSigningKeys(`${next.pem}${pem}`, 'a test') })
  assert.deepEqual(both.verify(TEXT, 42), TICKET)
  assert.equal(both.keyName, createTicketTokens({ keys: next.keys }).keyName)
  assert.equal(createTicketTokens({ keys: next.keys }).verify(TEXT, 42), undefined)
})

test('the QR code is of version 7 for every code that we make, whatever the event', () => {
  const sideOfVersion7 = 17 + 4 * 7
  const margins = 8
  for (const eventId of [1, 999_999, Number.MAX_SAFE_INTEGER]) {
    const text = tokens.sign({ ...TICKET, eventId })
    assert.match(text, /^[0-9A-Z $%*+./:-]+$/, 'the alphabet that QR codes are short in')
    assert.equal(qrMatrix(text).length, sideOfVersion7 + margins)
  }
})
