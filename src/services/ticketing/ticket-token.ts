/**
 * What the QR code of a ticket says: a text that a scanner believes without asking us, because our
 * key signed it. `docs/ticket-format.md` describes it for whoever writes a scanner.
 *
 * Every character is of the QR code's own alphabet of 45 and none has a meaning in an address. What
 * is signed begins with words that nothing else we sign begins with, so that no access token is ever
 * a ticket and no ticket an access token.
 */
import { type KeyObject, sign, verify } from 'node:crypto'
import type { SigningKeys } from '../../platform/signing-keys.ts'
import { base32 } from './ticket-code.ts'

/** A ticket as its QR code names it. */
export interface NamedTicket {
  ticketCode: string
  eventId: number
}

export interface TicketTokens {
  /** @returns The text of the QR code, the same every time. */
  sign: (ticket: NamedTicket) => string
  /**
   * @param eventId The event that is let in; a ticket for another one is no ticket here.
   * @returns Undefined for everything that is not such a ticket, signed by one of our keys.
   */
  verify: (text: string, eventId: number) => NamedTicket | undefined
  /** Names the key that signs: a QR code that another one signed looks different. */
  keyName: string
}

const FORMAT = 'BO1'
const CONTEXT = 'Box Office ticket\n'
const KEY_NAME_BYTES = 5
const BASE_32 = '[0-9A-HJKMNP-TV-Z]'
const TOKEN = new RegExp(
  `^((${FORMAT})\\.(${BASE_32}{8})\\.([1-9]\\d{0,15})\\.(TCK-[0-9A-Z]{1,60}))\\.(${BASE_32}{103})$`,
)

export function createTicketTokens({ keys }: { keys: SigningKeys }): TicketTokens {
  const keyName = keyNameOf(keys.signing.kid)
  const keyByName = new Map<string, KeyObject>(
    [...keys.verifying].map(([kid, key]) => [keyNameOf(kid), key]),
  )

  return {
    keyName,
    sign({ ticketCode, eventId }) {
      const signed = `${FORMAT}.${keyName}.${eventId}.${ticketCode}`
      const signature = sign(null, Buffer.from(CONTEXT + signed), keys.signing.privateKey)
      return `${signed}.${base32(signature, 0, signature.length)}`
    },
    verify(text, wantedEventId) {
      const [, signed = '', , name = '', eventId, ticketCode = '', signature = ''] =
        TOKEN.exec(text) ?? []
      const key = keyByName.get(name)
      if (key === undefined || Number(eventId) !== wantedEventId) return undefined
      const bytes = bytesOf(signature)
      // Three bits of the last character are of no byte; only one text is the ticket.
      if (base32(bytes, 0, bytes.length) !== signature) return undefined
      if (!verify(null, Buffer.from(CONTEXT + signed), key, bytes)) return undefined
      return { ticketCode, eventId: wantedEventId }
    },
  }
}

/** The first bytes of the published key's id: enough to tell a few keys apart. */
function keyNameOf(kid: string): string {
  return base32(Buffer.from(kid, 'base64url'), 0, KEY_NAME_BYTES)
}

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function bytesOf(text: string): Buffer {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8))
  let value = 0
  let bits = 0
  let place = 0
  for (const character of text) {
    value = ((value << 5) | DIGITS.indexOf(character)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[place] = (value >>> bits) & 0xff
    place += 1
  }
  return bytes
}
