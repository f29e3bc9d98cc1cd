/** Says a time of the venue in the reader's own zone, where that is another. */

/** `<time datetime="…" data-island="local-time" data-zone="Europe/Berlin" data-words="Your time: %">`, hidden. */
export function localTime(element: HTMLElement): void {
  const date = new Date(element.getAttribute('datetime') ?? '')
  const venueZone = element.dataset['zone'] ?? 'UTC'
  if (Number.isNaN(date.getTime())) return
  const { lang } = document.documentElement
  // As the server writes times: the day first, and 24 hours.
  const locale = lang === 'en' ? 'en-GB' : lang
  const inZone = (timeZone: string | undefined) =>
    new Intl.DateTimeFormat(locale, {
      ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
      hourCycle: 'h23',
      ...(timeZone === undefined ? {} : { timeZone }),
    }).format(date)
  const here = inZone(undefined)
  if (here === inZone(venueZone)) return
  element.textContent = (element.dataset['words'] ?? '%').replace('%', here)
  element.hidden = false
}
