/** Made-up events, one for each state that an event can be seen in, for the page of the design. */
import type { EventDetails, PageUser } from './needs.ts'

const HOUR_MS = 3_600_000
const soon = (hours: number): Date => new Date(Date.UTC(2040, 5, 1, 18) + hours * HOUR_MS)

/** Above those that a shop gets to: nothing on these pages can be bought. */
const FIRST_ID = 2_000_000_000

const onSale: EventDetails = {
  id: FIRST_ID + 1,
  held: 0,
  name: 'Night of the Harps',
  description: 'Twelve harps and no drums.',
  venue: 'Old Opera House',
  city: 'Prague',
  category: 'Classical',
  eventDate: soon(0),
  timezone: 'Europe/Prague',
  ticketPriceCents: 4_200,
  currency: 'EUR',
  remaining: 780,
  totalTickets: 780,
  onSaleAt: null,
  sale: 'on_sale',
  imageUrl: null,
  picture: null,
  maxPerUser: 8,
  salesEndAt: null,
  postponedAt: null,
  refundUntil: null,
  ticketTypes: [{ id: 1, name: 'General admission', priceCents: 4_200, remaining: 780 }],
}
const none = onSale.ticketTypes.map((type) => ({ ...type, remaining: 0 }))

export const SAMPLE_USER: PageUser = {
  userId: 1,
  userType: 'guest',
  name: 'Nora',
  email: 'nora@example.com',
  language: 'en',
}

export const SAMPLE_EVENTS: readonly { state: string; event: EventDetails }[] = [
  { state: 'on sale', event: onSale },
  {
    state: 'ticket types, one of them gone',
    event: {
      ...onSale,
      id: FIRST_ID + 2,
      category: 'Concert',
      name: 'Blaue Stunde',
      ticketTypes: [
        { id: 2, name: 'Standing', priceCents: 4_200, remaining: 500 },
        { id: 3, name: 'Balcony', priceCents: 5_400, remaining: 7 },
        { id: 4, name: 'Front circle', priceCents: 7_560, remaining: 0 },
      ],
    },
  },
  { state: 'few left', event: { ...onSale, id: FIRST_ID + 3, name: 'Kid Comet', remaining: 12 } },
  {
    state: 'free',
    event: {
      ...onSale,
      id: FIRST_ID + 4,
      name: 'Open Mic',
      category: 'Comedy',
      ticketPriceCents: 0,
    },
  },
  {
    state: 'before the sale',
    event: {
      ...onSale,
      id: FIRST_ID + 5,
      name: 'Swan Lake',
      sale: 'not_started',
      onSaleAt: soon(-240),
    },
  },
  {
    state: 'sold out',
    event: { ...onSale, id: FIRST_ID + 6, name: 'City Derby', category: 'Sport', ...{ sale: 'sold_out', remaining: 0, held: 9, ticketTypes: none } }, // prettier-ignore
  },
  { state: 'paused', event: { ...onSale, id: FIRST_ID + 7, name: 'Requiem', sale: 'paused' } },
  { state: 'sale over', event: { ...onSale, id: FIRST_ID + 8, name: 'Film Week', sale: 'closed' } },
  {
    state: 'past',
    event: { ...onSale, id: FIRST_ID + 9, name: 'Hamlet', sale: 'closed', eventDate: new Date(0) },
  },
  {
    state: 'cancelled',
    event: { ...onSale, id: FIRST_ID + 10, name: 'Robots on Ice', sale: 'cancelled' },
  },
  {
    state: 'a name that is long, in another script',
    event: { ...onSale, id: FIRST_ID + 11, name: 'حفلة موسيقية في الهواء الطلق', city: 'القاهرة' },
  },
]
