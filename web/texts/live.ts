/** What is said about the stock of an event and the start of its sale. `{n}` and `{time}` are filled in where they are shown. */
import type { Texts } from './texts.ts'

const en = {
  many: 'On sale',
  low: 'Only {n} left',
  soldOut: 'Sold out',
  mayReturn: 'If tickets come back, they appear here by themselves.',
  held: 'Sold out for now. {n} are held by others and may come back: this page will tell.',
  paused: 'The sale is paused',
  closed: 'The sale is over',
  cancelled: 'This event is cancelled',
  typeGone: 'Sold out',
  typeLow: '{n} left',
  startsIn: 'Starts in {time}',
  opening: 'The sale opens now…',
}

export const liveTexts: Texts<typeof en> = {
  en,
  de: {
    many: 'Im Verkauf',
    low: 'Nur noch {n} da',
    soldOut: 'Ausverkauft',
    mayReturn: 'Werden Tickets wieder frei, erscheinen sie hier von selbst.',
    held: 'Im Moment ausverkauft. {n} sind von anderen reserviert und werden vielleicht wieder frei: diese Seite sagt Bescheid.',
    paused: 'Der Verkauf ist unterbrochen',
    closed: 'Der Verkauf ist beendet',
    cancelled: 'Diese Veranstaltung ist abgesagt',
    typeGone: 'Ausverkauft',
    typeLow: 'noch {n}',
    startsIn: 'Noch {time}',
    opening: 'Der Verkauf beginnt jetzt …',
  },
}
