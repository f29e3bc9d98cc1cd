/** Says a time of the venue in the reader's own zone, where that is another. */

/** It is never further away than the day before or after. */
const DAY = { weekday: 'short' } as const
const TIME = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const

/** `<time datetime="…" data-island="local-time" data-zone="Europe/Berlin" data-words="% your time">`, hidden. */
export function localTime(element: HTMLElement): void {
  const date = new Date(element.getAttribute('datetime') ?? '')
  const venueZone = element.dataset['zone'] ?? 'UTC'
  if (Number.isNaN(date.getTime())) return
  const { lang } = document.documentElement
  // As the server writes times: the day first, and 24 hours.
  const locale = lang === 'en' ? 'en-GB' : lang
  const written = (format: Intl.DateTimeFormatOptions, timeZone?: string) =>
    new Intl.DateTimeFormat(locale, {
      ...format,
      ...(timeZone === undefined ? {} : { timeZone }),
    }).format(date)
  const [day, time] = [written(DAY), written(TIME)]
  const isSameDay = day === written(DAY, venueZone)
  if (isSameDay && time === written(TIME, venueZone)) return
  // It comes late, and fits into the line that is there: nothing moves.
  const here = isSameDay ? time : `${day} ${time}`
  element.textContent = (element.dataset['words'] ?? '%').replace('%', here)
  element.hidden = false
}
