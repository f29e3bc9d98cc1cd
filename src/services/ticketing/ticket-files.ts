/**
 * The files of an order: its tickets as a PDF, a calendar entry, and a QR code for each ticket. Only
 * an order that is CONFIRMED and has a ticket that is good has any; all else is `not_found`.
 */
import { LRUCache } from 'lru-cache'
import { AppError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import { type Consumer, consumer } from '../../platform/outbox/consumer.ts'
import { publish } from '../../platform/outbox/publish.ts'
import type { Database } from '../../platform/postgres.ts'
import { calendarEntry } from './calendar-entry.ts'
import type { Drawer } from './drawing/drawer.ts'
import type { FileLinks } from './file-links.ts'
import { findTicket } from './orders.sql.ts'
import type { Poster, PrintedEvent, PrintedOrder } from './printed-order.ts'
import { qrPng, qrSvg } from './qr-code.ts'
import {
  type PrintableOrder,
  askForDocument,
  findDocument,
  findPrintableOrder,
  keepDocument,
} from './ticket-documents.sql.ts'
import type { TicketTokens } from './ticket-token.ts'

/** QR codes that are shown again and again, on a page that is reloaded at the door. */
const QR_CODES_REMEMBERED = 2_000

/** An event with what its tickets say of it. */
export interface EventOnTickets extends PrintedEvent {
  ticketTypes: readonly { id: number; name: string }[]
}

export interface TicketFilesDeps {
  db: Database
  tokens: TicketTokens
  links: FileLinks
  drawer: Drawer
  findEvent: (eventId: number) => Promise<EventOnTickets | undefined>
  nameOf: (userId: number) => Promise<string | undefined>
  posterOf: (event: PrintedEvent) => Poster
  /** There is a message for the relay. */
  onWanted: () => void
}

/** Where the files of an order are, for whoever is given the links. */
export interface OrderLinks {
  ticketsPdf: string
  calendar: string
  /** By ticket code. */
  tickets: Map<string, TicketLinks>
}

export interface TicketLinks {
  qrSvg: string
  qrPng: string
}

export interface TicketFiles {
  /**
   * @param order As it is now.
   * @param expiresAt Seconds since 1970; a day or two from now when it is left out.
   * @returns Undefined when it has nothing to show at the door.
   */
  linksOf: (order: OrderWithFiles, expiresAt?: number) => Promise<OrderLinks | undefined>
  ticketLinksOf: (ticket: { ticketCode: string; isValid: boolean }) => TicketLinks | undefined
  /** @returns Undefined while it is being drawn, which this asks for. */
  ticketsPdf: (order: PrintableOrder) => Promise<Buffer | undefined>
  calendar: (order: PrintableOrder) => Promise<Buffer>
  qrCode: (ticket: { ticketCode: string; eventId: number }, format: 'svg' | 'png') => Buffer
  /**
   * For what shows them all at once, as a mail does: beside what sells.
   * @returns The picture of each ticket that opens the door, a PNG.
   * @throws Error when they could not be drawn.
   */
  drawQrCodes: (order: {
    eventId: number
    ticketCodes: readonly string[]
  }) => Promise<{ ticketCode: string; qrPng: Buffer }[]>
  /** @throws AppError `not_found` when there is no such order, or it has no files. */
  findOrder: (orderId: number) => Promise<PrintableOrder>
  /** @throws AppError `not_found` when there is no such ticket, or it is not good. */
  findTicket: (code: string) => Promise<{ ticketCode: string; eventId: number; userId: number }>
  /** What the files of an order are made from; another version is other files. */
  versionOf: (order: { eventId: number; ticketCodes: readonly string[] }) => Promise<string>
  /** What QR codes are made from. */
  qrVersion: string
  consumers: Consumer[]
}

/** What is known of an order wherever one is shown. */
export interface OrderWithFiles {
  orderId: number
  eventId: number
  status: string
  ticketCodes: readonly string[]
}

export function createTicketFiles(deps: TicketFilesDeps): TicketFiles {
  const { db, tokens, links } = deps
  const qrCodes = new LRUCache<string, Buffer>({ max: QR_CODES_REMEMBERED })

  /** Both numbers only ever go one way, so that no version comes twice. */
  const versionOf: TicketFiles['versionOf'] = async ({ eventId, ticketCodes }) =>
    `${ticketCodes.length}.${(await eventOf(eventId)).version}`

  async function eventOf(eventId: number): Promise<EventOnTickets> {
    const event = await deps.findEvent(eventId)
    invariant(event !== undefined, `event ${eventId} was sold, so it is there`)
    return event
  }

  function ticketLinks(ticketCode: string, expiresAt: number): TicketLinks {
    const file = { owner: `tickets/${ticketCode}`, version: tokens.keyName }
    return {
      qrSvg: links.pathOf({ ...file, name: 'qr.svg' }, expiresAt),
      qrPng: links.pathOf({ ...file, name: 'qr.png' }, expiresAt),
    }
  }

  async function printedOrder(order: PrintableOrder): Promise<PrintedOrder> {
    const event = await eventOf(order.eventId)
    return {
      orderId: order.orderId,
      holder: (await deps.nameOf(order.userId)) ?? '',
      event,
      ticketType: event.ticketTypes.find(({ id }) => id === order.ticketTypeId)?.name ?? '',
      priceCents: order.priceCents,
      tickets: order.ticketCodes.map((ticketCode) => ({
        ticketCode,
        token: tokens.sign({ ticketCode, eventId: order.eventId }),
      })),
      poster: deps.posterOf(event),
    }
  }

  return {
    versionOf,
    qrVersion: tokens.keyName,

    async linksOf(order, expiresAt = links.expiresAt()) {
      if (order.status !== 'CONFIRMED' || order.ticketCodes.length === 0) return undefined
      const file = { owner: `orders/${order.orderId}`, version: await versionOf(order) }
      return {
        ticketsPdf: links.pathOf({ ...file, name: 'tickets.pdf' }, expiresAt),
        calendar: links.pathOf({ ...file, name: 'event.ics' }, expiresAt),
        tickets: new Map(order.ticketCodes.map((code) => [code, ticketLinks(code, expiresAt)])),
      }
    },

    ticketLinksOf: ({ ticketCode, isValid }) =>
      isValid ? ticketLinks(ticketCode, links.expiresAt()) : undefined,

    async findOrder(orderId) {
      const order = await findPrintableOrder(db, orderId)
      if (order === undefined) throw new AppError('not_found')
      return order
    },

    async findTicket(code) {
      const ticket = await findTicket(db, code)
      if (ticket?.isValid !== true) throw new AppError('not_found')
      return ticket
    },

    async ticketsPdf(order) {
      const version = await versionOf(order)
      const bytes = await findDocument(db, order.orderId, version)
      if (bytes !== undefined) return bytes
      const isNew = await db.transaction(async (tx) => {
        if (!(await askForDocument(tx, order.orderId, version))) return false
        await publish(tx, 'tickets.wanted', { order_id: order.orderId, version })
        return true
      })
      if (isNew) deps.onWanted()
      return undefined
    },

    async calendar(order) {
      const event = await eventOf(order.eventId)
      return calendarEntry({ orderId: order.orderId, tickets: order.ticketCodes.length, event })
    },

    qrCode(ticket, format) {
      const key = `${format} ${ticket.ticketCode}`
      let bytes = qrCodes.get(key)
      if (bytes === undefined) {
        bytes = (format === 'svg' ? qrSvg : qrPng)(tokens.sign(ticket))
        qrCodes.set(key, bytes)
      }
      return bytes
    },

    async drawQrCodes({ eventId, ticketCodes }) {
      const texts = ticketCodes.map((ticketCode) => tokens.sign({ ticketCode, eventId }))
      const pictures = await deps.drawer.drawQrCodes(texts)
      return pictures.map((qrPng, index) => ({ ticketCode: ticketCodes[index] as string, qrPng }))
    },

    consumers: [
      consumer({
        topic: 'tickets.wanted',
        name: 'draw-tickets',
        effects: ({ order_id: orderId, version }) => [
          { id: `order ${orderId} ${version}`, data: { orderId } },
        ],
        async handle({ orderId }: { orderId: number }, tx) {
          const order = await findPrintableOrder(tx, orderId)
          // Refunded meanwhile.
          if (order === undefined) return
          // As it is by now, which need not be what was wanted a moment ago.
          const version = await versionOf(order)
          const bytes = await deps.drawer.drawTickets(await printedOrder(order))
          await keepDocument(tx, { orderId, version, bytes })
        },
      }),
    ],
  }
}
