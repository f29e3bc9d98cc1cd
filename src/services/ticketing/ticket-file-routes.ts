/** Files of orders and tickets: for their buyer, and by link for whoever was given one. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  OrderFileParams,
  OrderParams,
  TicketFileParams,
  TicketParams,
} from '../../contracts/order.ts'
import { AppError } from '../../kernel/errors.ts'
import { principalOf } from '../../platform/http/access.ts'
import { Unchanged, etagOf, isNotModified } from '../../platform/http/etag.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { FileLinks } from './file-links.ts'
import type { TicketFiles } from './ticket-files.ts'

export interface TicketFileRoutesDeps {
  files: TicketFiles
  links: FileLinks
}

interface SentFile {
  bytes: Buffer
  type: string
  /** As it is called when it is saved. */
  name: string
}

const PDF = 'application/pdf'
const CALENDAR = 'text/calendar; charset=utf-8'
const SVG = 'image/svg+xml'
const PNG = 'image/png'
/** As long as drawing mostly takes. */
const DRAWING_SECONDS = 2

const Bytes = Type.Unsafe<Buffer>({ type: 'string', format: 'binary' })
const answers = (type: string) => ({
  200: { description: 'The file.', content: { [type]: { schema: Bytes } } },
  304: Unchanged,
})
const BeingDrawn = {
  description: 'It is being drawn. Ask again after `Retry-After`.',
  content: { 'text/plain': { schema: Type.String() } },
}

export function ticketFileRoutes(app: HttpApp, { files, links }: TicketFileRoutesDeps): void {
  const own = { config: { access: 'user' } } as const
  const linked = { config: { access: 'public' } } as const
  const tags = ['orders']
  const security = [{ bearer: [] }]

  const ownOrder = async (request: FastifyRequest, orderId: number) => {
    const order = await files.findOrder(orderId)
    // Somebody else's order and none at all look the same.
    if (order.userId !== principalOf(request).userId) throw new AppError('not_found')
    return order
  }

  /** The order of a link that is good, and of now: after a ticket was voided it is another one. */
  const linkedOrder = async (
    { id, ...link }: { id: number; version: string; expires: string; signature: string },
    name: string,
  ) => {
    if (!links.isGood({ ...link, owner: `orders/${id}`, name })) throw new AppError('not_found')
    const order = await files.findOrder(id)
    if ((await files.versionOf(order)) !== link.version) throw new AppError('not_found')
    return order
  }

  const linkedTicket = async (
    { code, ...link }: { code: string; version: string; expires: string; signature: string },
    name: string,
  ) => {
    const isGood = links.isGood({ ...link, owner: `tickets/${code}`, name })
    if (!isGood || link.version !== files.qrVersion) throw new AppError('not_found')
    return await files.findTicket(code)
  }

  app.get(
    '/api/v1/orders/:id/tickets.pdf',
    {
      ...own,
      schema: {
        ...{ summary: 'The tickets of one of your orders, to print', tags, security },
        params: OrderParams,
        response: { ...answers(PDF), 202: BeingDrawn },
      },
    },
    async (request, reply) => {
      const order = await ownOrder(request, request.params.id)
      const bytes = await files.ticketsPdf(order)
      if (bytes === undefined) return await sendBeingDrawn(reply)
      return await sendFile(request, reply, pdfOf(order.orderId, bytes))
    },
  )

  app.get(
    '/api/v1/orders/:id/calendar.ics',
    {
      ...own,
      schema: {
        ...{ summary: 'The event of one of your orders, for a calendar', tags, security },
        params: OrderParams,
        response: answers('text/calendar'),
      },
    },
    async (request, reply) => {
      const order = await ownOrder(request, request.params.id)
      return await sendFile(request, reply, calendarOf(order.orderId, await files.calendar(order)))
    },
  )

  app.get(
    '/api/v1/tickets/:code/qr.svg',
    {
      ...own,
      schema: {
        ...{ summary: 'What one of your tickets shows at the door', tags, security },
        params: TicketParams,
        response: answers(SVG),
      },
    },
    async (request, reply) => {
      const ticket = await files.findTicket(request.params.code)
      if (ticket.userId !== principalOf(request).userId) throw new AppError('not_found')
      return await sendFile(request, reply, svgOf(ticket.ticketCode, files.qrCode(ticket, 'svg')))
    },
  )

  // Nobody puts such an address together, so the API document has none of them, as it has no pages.

  app.get(
    '/files/orders/:id/:version/:expires/:signature/tickets.pdf',
    {
      ...linked,
      schema: {
        hide: true,
        params: OrderFileParams,
        response: { ...answers(PDF), 202: BeingDrawn },
      },
    },
    async (request, reply) => {
      const order = await linkedOrder(request.params, 'tickets.pdf')
      const bytes = await files.ticketsPdf(order)
      if (bytes === undefined) return await sendBeingDrawn(reply)
      keepUntil(reply, request.params.expires)
      return await sendFile(request, reply, pdfOf(order.orderId, bytes))
    },
  )

  app.get(
    '/files/orders/:id/:version/:expires/:signature/event.ics',
    {
      ...linked,
      schema: {
        hide: true,
        params: OrderFileParams,
        response: answers('text/calendar'),
      },
    },
    async (request, reply) => {
      const order = await linkedOrder(request.params, 'event.ics')
      const bytes = await files.calendar(order)
      keepUntil(reply, request.params.expires)
      return await sendFile(request, reply, calendarOf(order.orderId, bytes))
    },
  )

  app.get(
    '/files/tickets/:code/:version/:expires/:signature/qr.svg',
    {
      ...linked,
      schema: {
        hide: true,
        params: TicketFileParams,
        response: answers(SVG),
      },
    },
    async (request, reply) => {
      const ticket = await linkedTicket(request.params, 'qr.svg')
      keepUntil(reply, request.params.expires)
      return await sendFile(request, reply, svgOf(ticket.ticketCode, files.qrCode(ticket, 'svg')))
    },
  )

  app.get(
    '/files/tickets/:code/:version/:expires/:signature/qr.png',
    {
      ...linked,
      schema: {
        hide: true,
        params: TicketFileParams,
        response: answers(PNG),
      },
    },
    async (request, reply) => {
      const ticket = await linkedTicket(request.params, 'qr.png')
      keepUntil(reply, request.params.expires)
      const bytes = files.qrCode(ticket, 'png')
      return await sendFile(request, reply, { bytes, type: PNG, name: `${ticket.ticketCode}.png` })
    },
  )
}

const pdfOf = (orderId: number, bytes: Buffer): SentFile => ({
  ...{ bytes, type: PDF, name: `tickets-${orderId}.pdf` },
})
const calendarOf = (orderId: number, bytes: Buffer): SentFile => ({
  ...{ bytes, type: CALENDAR, name: `event-${orderId}.ics` },
})
const svgOf = (code: string, bytes: Buffer): SentFile => ({
  ...{ bytes, type: SVG, name: `${code}.svg` },
})

/** For a link whose signature is good, so that its expiry is a number. */
function keepUntil(reply: FastifyReply, expires: string): void {
  const seconds = Math.max(0, Number(expires) - Math.floor(Date.now() / 1000))
  void reply
    .header('Cache-Control', `public, max-age=${seconds}, immutable`)
    // Whoever has the link may show what it leads to, such as a mail reader in a browser.
    .header('Cross-Origin-Resource-Policy', 'cross-origin')
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: SentFile): FastifyReply {
  const etag = etagOf(file.bytes)
  void reply.header('ETag', etag)
  if (!reply.hasHeader('Cache-Control')) void reply.header('Cache-Control', 'private, no-cache')
  if (isNotModified(request, etag)) return reply.code(304).send()
  return reply
    .header('Content-Type', file.type)
    .header('Content-Disposition', `inline; filename="${file.name}"`)
    .send(file.bytes)
}

/** A browser reloads by itself what a program asks for again. */
const sendBeingDrawn = (reply: FastifyReply): FastifyReply =>
  reply
    .code(202)
    .header('Retry-After', String(DRAWING_SECONDS))
    .header('Refresh', String(DRAWING_SECONDS))
    .header('Cache-Control', 'no-store')
    .header('Content-Type', 'text/plain; charset=utf-8')
    .send('Your tickets are being drawn. They will be here in a moment.\n')
