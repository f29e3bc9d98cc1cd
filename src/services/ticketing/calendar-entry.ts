/** The event as a calendar entry (RFC 5545), in the time of its venue. */
import type { PrintedEvent } from './printed-order.ts'

/** Longer lines go on in the next one, behind a space. */
const LINE_BYTES_MAX = 75

/**
 * The same order always has the same UID, and the event's version is the SEQUENCE: a calendar
 * replaces an entry by a later one.
 */
export function calendarEntry(order: {
  orderId: number
  tickets: number
  event: PrintedEvent
}): Buffer {
  const { event, orderId, tickets } = order
  const { wall, offset } = timeAtVenue(event.startsAt, event.timezone)
  const place = event.city === null ? event.venue : `${event.venue}, ${event.city}`
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Box Office//Tickets//EN',
    'METHOD:PUBLISH',
    // A calendar knows the zone by its name. For one that does not, this says what it is at the
    // only moment that the file is about.
    'BEGIN:VTIMEZONE',
    `TZID:${event.timezone}`,
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    `UID:order-${orderId}@boxoffice.example`,
    `SEQUENCE:${event.version}`,
    `DTSTAMP:${compact(event.changedAt)}Z`,
    `DTSTART;TZID=${event.timezone}:${wall}`,
    `SUMMARY:${escaped(event.name)}`,
    `LOCATION:${escaped(place)}`,
    `DESCRIPTION:${escaped(`${tickets === 1 ? '1 ticket' : `${tickets} tickets`}, order ${orderId}. Show the QR code of each ticket at the door.`)}`,
    `STATUS:${event.isCancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return Buffer.from(lines.map((line) => `${folded(line)}\r\n`).join(''))
}

/** `20300601T180000` */
const compact = (moment: Date): string =>
  moment.toISOString().replace(/[-:]/g, '').replace(/\..*$/, '')

const escaped = (text: string): string =>
  text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n')

/** Between characters: half of one is no text. */
function folded(line: string): string {
  let text = ''
  let bytes = 0
  for (const character of line) {
    const length = Buffer.byteLength(character)
    if (bytes + length > LINE_BYTES_MAX) {
      text += '\r\n '
      bytes = 1
    }
    text += character
    bytes += length
  }
  return text
}

/** What the clock at the venue shows then, and how far it is from UTC: `+0200`. */
function timeAtVenue(moment: Date, timezone: string): { wall: string; offset: string } {
  const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value
  const [, sign = '+', hours = '00', minutes = '00'] = /([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? []
  const ahead = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return {
    wall: compact(new Date(moment.getTime() + ahead)),
    offset: `${sign}${hours}${minutes}`,
  }
}
