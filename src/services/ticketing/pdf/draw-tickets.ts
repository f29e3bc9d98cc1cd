/** Tickets as a PDF: a page for each, A4, with everything on it that the door or its holder asks for. */
import PDFDocument from 'pdfkit'
import { formatMoney } from '../../../kernel/money.ts'
import type { Poster, PrintedOrder, PrintedTicket } from '../printed-order.ts'
import { qrMatrix, qrPath } from '../qr-code.ts'
import { type TextBox, type TextStyle, Typesetter } from './typesetter.ts'

/** The paper, ink and yellow of `web/styles/tokens.css`. */
const INK = '#16140f'
const MUTED = '#5c574c'
const CARD = '#f4f1ea'
const EDGE = '#857f70'
const ACCENT = '#ffd23a'
const PAPER = '#ffffff'

// Points, 72 to an inch, on A4 of 595 × 842.
const LEFT = 40
const TOP = 40
const WIDTH = 515
const RADIUS = 14
const POSTER_HEIGHT = 190
const TEAR = 520
const BOTTOM = 752
const PADDING = 26
const HALF = (WIDTH - 3 * PADDING) / 2
const QR_SIDE = 196
const NOTCH = 9

const LABEL: TextStyle = { weight: 'bold', size: 9, color: MUTED }
const VALUE: TextStyle = { weight: 'bold', size: 15, sizeMin: 6, color: INK, leading: 1.16 }
const NOTE: TextStyle = { weight: 'plain', size: 10.5, sizeMin: 7, color: MUTED, leading: 1.35 }

/** @returns The bytes of the PDF. */
export async function drawTickets(order: PrintedOrder): Promise<Buffer> {
  const page = new PDFDocument({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    lang: 'en',
    displayTitle: true,
    info: { Title: `${order.event.name}, order ${order.orderId}`, Producer: 'Box Office' },
  })
  const chunks: Buffer[] = []
  page.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve) => {
    page.on('end', () => {
      resolve()
    })
  })
  const text = new Typesetter(page)
  for (const [index, ticket] of order.tickets.entries()) {
    page.addPage()
    drawCard(page, order.poster)
    drawEvent(text, order)
    drawStub(page, text, { order, ticket, number: index + 1 })
  }
  page.end()
  await ended
  return Buffer.concat(chunks)
}

function drawCard(page: PDFKit.PDFDocument, poster: Poster): void {
  page.roundedRect(LEFT, TOP, WIDTH, BOTTOM - TOP, RADIUS).fill(CARD)
  page.save()
  page.roundedRect(LEFT, TOP, WIDTH, BOTTOM - TOP, RADIUS).clip()
  page.rect(LEFT, TOP, WIDTH, POSTER_HEIGHT).clip()
  // As large as covers its place, from the middle.
  const scale = Math.max(WIDTH / poster.width, POSTER_HEIGHT / poster.height)
  page.translate(
    LEFT + (WIDTH - poster.width * scale) / 2,
    TOP + (POSTER_HEIGHT - poster.height * scale) / 2,
  )
  page.scale(scale)
  for (const { path, fill, stroke, strokeWidth, isRound, matrix } of poster.shapes) {
    page.save()
    if (matrix !== undefined) page.transform(...matrix)
    page.path(path)
    if (stroke === undefined) page.fill(fill ?? '#000000')
    else
      page
        .lineWidth(strokeWidth ?? 1)
        .lineCap(isRound === true ? 'round' : 'butt')
        .stroke(stroke)
    page.restore()
  }
  page.restore()
  drawTear(page)
}

/** Where a ticket is torn. */
function drawTear(page: PDFKit.PDFDocument): void {
  page
    .circle(LEFT, TEAR, NOTCH)
    .circle(LEFT + WIDTH, TEAR, NOTCH)
    .fill(PAPER)
  page
    .moveTo(LEFT + NOTCH + 8, TEAR)
    .lineTo(LEFT + WIDTH - NOTCH - 4, TEAR)
    .lineWidth(2.4)
    .lineCap('round')
    .dash(0.01, { space: 6 })
    .stroke(EDGE)
    .undash()
}

function drawEvent(text: Typesetter, order: PrintedOrder): void {
  const { event } = order
  const left = LEFT + PADDING
  const right = left + HALF + PADDING
  const name = { x: left, y: TOP + POSTER_HEIGHT + 18, width: WIDTH - 2 * PADDING, height: 118 }
  text.draw(event.name, name, {
    weight: 'display',
    size: 58,
    sizeMin: 8,
    color: INK,
    leading: 1.06,
  })

  const first = TOP + POSTER_HEIGHT + 148
  const { day, time } = momentAtVenue(event.startsAt, event.timezone)
  fact(text, 'When', day, { x: left, y: first, width: HALF, height: 20 })
  text.draw(time, { x: left, y: first + 34, width: HALF, height: 18 }, { ...VALUE, size: 12 })
  const place = event.city === null ? event.venue : `${event.venue}, ${event.city}`
  fact(text, 'Where', place, { x: right, y: first, width: HALF, height: 52 })

  const second = first + 80
  fact(text, 'Name', order.holder, { x: left, y: second, width: HALF, height: 36 })
  fact(text, 'Price', priceOf(order), { x: right, y: second, width: HALF * 0.5, height: 36 })
  fact(text, 'Order', String(order.orderId), {
    x: right + HALF * 0.55,
    y: second,
    width: HALF * 0.45,
    height: 36,
  })
}

function drawStub(
  page: PDFKit.PDFDocument,
  text: Typesetter,
  { order, ticket, number }: { order: PrintedOrder; ticket: PrintedTicket; number: number },
): void {
  const left = LEFT + PADDING
  const top = TEAR + 18
  page.roundedRect(left, top, QR_SIDE, QR_SIDE, 8).fill(PAPER)
  const matrix = qrMatrix(ticket.token)
  page.save()
  page.translate(left, top).scale(QR_SIDE / matrix.length)
  page.path(qrPath(matrix)).fill('#000000')
  page.restore()

  const x = left + QR_SIDE + PADDING
  const width = LEFT + WIDTH - PADDING - x
  page.rect(x, top + 4, 44, 5).fill(ACCENT)
  text.draw(
    `Ticket ${number} of ${order.tickets.length}`,
    { x, y: top + 16, width },
    { weight: 'display', size: 30, color: INK },
  )
  text.draw(order.ticketType, { x, y: top + 56, width, height: 40 }, VALUE)
  text.draw(ticket.ticketCode, { x, y: top + 104, width }, { ...VALUE, size: 11.5 })
  text.draw(
    'Show the code at the door, on paper or on a phone. It lets one person in, once. Whoever has it can enter, so keep it to yourself.',
    { x, y: top + 128, width, height: 66 },
    NOTE,
  )
  text.draw(
    `Box Office · order ${order.orderId} · ticket ${number} of ${order.tickets.length}`,
    { x: LEFT, y: BOTTOM + 14, width: WIDTH },
    { ...NOTE, size: 9, align: 'center' },
  )
}

function fact(text: Typesetter, label: string, value: string, box: Required<TextBox>): void {
  text.draw(label, box, LABEL)
  text.draw(value, { ...box, y: box.y + 14 }, VALUE)
}

const priceOf = (order: PrintedOrder): string =>
  order.priceCents === 0 ? 'Free' : formatMoney(order.priceCents, order.event.currency)

/** The day, and the time with the zone that it is in. */
function momentAtVenue(moment: Date, timezone: string): { day: string; time: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    timeZoneName: 'shortOffset',
    timeZone: timezone,
  })
  const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  const offset = part('timeZoneName').replace(/^GMT(\+0$)?/, 'UTC')
  return {
    day: `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}`,
    time: `${part('hour')}:${part('minute')} in ${timezone.replaceAll('_', ' ')} (${offset})`,
  }
}
