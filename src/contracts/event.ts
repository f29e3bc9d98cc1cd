/** What crosses the boundary about events. */
import { type Static, Type } from 'typebox'
import { Id } from './order.ts'
import { pageQuery } from './pages.ts'
import { Picture } from './picture.ts'

const PRICE_MAX = 999_999.99
export const TICKETS_MAX = 1_000_000
const TICKET_TYPES_MAX = 20
const TICKETS_PER_USER_MAX = 100
/** Long enough to find a card, short enough that nobody hoards for longer than a day. */
const HOLD_SECONDS = { min: 60, max: 86_400 }
export const EVENTS_PER_PAGE = { default: 20, max: 100 }
const NAME_LENGTH_MAX = 255
const DESCRIPTION_LENGTH_MAX = 10_000
const SEARCH_LENGTH_MAX = 200
const strict = { additionalProperties: false }

const Name = Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX })
const Price = Type.Number({
  minimum: 0,
  maximum: PRICE_MAX,
  description: 'In the currency of the event, two decimals at most; 0 is free.',
})
const Tickets = Type.Integer({ minimum: 1, maximum: TICKETS_MAX })
const Time = Type.String({
  format: 'date-time',
  description: 'RFC 3339, e.g. 2030-06-01T19:30:00Z.',
})

/** `type: [string, null]` rather than a union: its refusals name what is wrong, not the branches. */
const nullableText = (maxLength: number, description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength, description })
const nullableTime = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description })
const TicketTypeName = Type.String({ minLength: 1, maxLength: 120 })

const terms = {
  description: Type.String({ maxLength: DESCRIPTION_LENGTH_MAX }),
  category: nullableText(60, 'What kind of event, e.g. Concert.'),
  city: nullableText(120, 'Where the venue is.'),
  image_url: nullableText(2_000, 'A picture, over http or https.'),
  timezone: Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'The IANA name of the time zone that people at the venue live by; default UTC.',
  }),
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217; default EUR.' }),
  max_per_user: Type.Integer({
    minimum: 1,
    maximum: TICKETS_PER_USER_MAX,
    description: 'How many tickets one user may have over all orders; default 8.',
  }),
  hold_seconds: Type.Integer({
    minimum: HOLD_SECONDS.min,
    maximum: HOLD_SECONDS.max,
    description: 'How long tickets are held for a buyer who has not paid yet; default 600.',
  }),
  on_sale_at: nullableTime('When the sale starts; null is at once.'),
  sales_end_at: nullableTime('When the sale ends; null is the start of the event.'),
  venue_capacity: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 2_147_483_647,
    description: 'How many people the venue takes; bounds total_tickets.',
  }),
  status: Type.Enum(['draft', 'published']),
}

export const CreateEventBody = Type.Object(
  {
    name: Name,
    description: Type.Optional(terms.description),
    venue: Name,
    event_date: Time,
    ticket_price: Type.Optional(Price),
    total_tickets: Type.Optional(Tickets),
    category: Type.Optional(terms.category),
    city: Type.Optional(terms.city),
    image_url: Type.Optional(terms.image_url),
    timezone: Type.Optional(terms.timezone),
    currency: Type.Optional(terms.currency),
    max_per_user: Type.Optional(terms.max_per_user),
    hold_seconds: Type.Optional(terms.hold_seconds),
    on_sale_at: Type.Optional(terms.on_sale_at),
    sales_end_at: Type.Optional(terms.sales_end_at),
    venue_capacity: Type.Optional(terms.venue_capacity),
    status: Type.Optional(terms.status),
    ticket_types: Type.Optional(
      Type.Array(
        Type.Object({ name: TicketTypeName, price: Price, capacity: Tickets }, { ...strict }),
        {
          minItems: 1,
          maxItems: TICKET_TYPES_MAX,
          description:
            'Price tiers; without them there is one, General admission. total_tickets may be lower than the sum of their capacities: then they share it.',
        },
      ),
    ),
  },
  {
    ...strict,
    // With ticket types, both follow from them.
    anyOf: [{ required: ['ticket_price', 'total_tickets'] }, { required: ['ticket_types'] }],
  },
)
export type CreateEventBody = Static<typeof CreateEventBody>

export const ChangeEventBody = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(terms.description),
    venue: Type.Optional(Name),
    event_date: Type.Optional(Time),
    ticket_price: Type.Optional(Price),
    total_tickets: Type.Optional(Tickets),
    category: Type.Optional(terms.category),
    city: Type.Optional(terms.city),
    image_url: Type.Optional(terms.image_url),
    timezone: Type.Optional(terms.timezone),
    currency: Type.Optional(terms.currency),
    max_per_user: Type.Optional(terms.max_per_user),
    hold_seconds: Type.Optional(terms.hold_seconds),
    on_sale_at: Type.Optional(terms.on_sale_at),
    sales_end_at: Type.Optional(terms.sales_end_at),
    venue_capacity: Type.Optional(terms.venue_capacity),
    status: Type.Optional(terms.status),
    sales_paused: Type.Optional(Type.Boolean()),
    ticket_types: Type.Optional(
      Type.Array(
        Type.Object(
          { id: Type.Optional(Id), name: TicketTypeName, price: Price, capacity: Tickets },
          { ...strict },
        ),
        {
          minItems: 1,
          maxItems: TICKET_TYPES_MAX,
          description:
            'The whole list as it shall be: known by id or name, others are new, missing ones are removed.',
        },
      ),
    ),
  },
  strict,
)
export type ChangeEventBody = Static<typeof ChangeEventBody>

export const PostponeEventBody = Type.Object(
  {
    event_date: Time,
    refund_until: Type.Optional(
      Type.String({
        format: 'date-time',
        description:
          'Until when buyers may give their tickets back; default 30 days from now, and never after the new event_date.',
      }),
    ),
    sales_end_at: Type.Optional(terms.sales_end_at),
  },
  strict,
)
export type PostponeEventBody = Static<typeof PostponeEventBody>

export const EventParams = Type.Object({ id: Id })

export const IfMatchHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      maxLength: 1_000,
      description:
        'The ETag that was read: refused with 412 when somebody changed the event since.',
    }),
  ),
})

export const EVENT_SORTS = ['date', '-date', 'price', '-price', 'name', 'relevance'] as const
export type EventSort = (typeof EVENT_SORTS)[number]

const day = (description: string) =>
  Type.String({ maxLength: 40, description: `${description} A day or a time, RFC 3339.` })
const PriceBound = Type.Number({ minimum: 0, maximum: 1_000_000_000 })

export const ListEventsQuery = Type.Object(
  {
    q: Type.Optional(
      Type.String({
        maxLength: SEARCH_LENGTH_MAX,
        description:
          'Words, as in a web search; the last may be unfinished, all may be misspelled.',
      }),
    ),
    category: Type.Optional(Type.String({ maxLength: 60 })),
    city: Type.Optional(Type.String({ maxLength: 120 })),
    from: Type.Optional(day('Events that start then or later.')),
    to: Type.Optional(day('Events that start then or earlier; a day counts in full, in UTC.')),
    min_price: Type.Optional(PriceBound),
    max_price: Type.Optional(PriceBound),
    available: Type.Optional(
      Type.Boolean({ description: 'true: only events with tickets left and a sale not over.' }),
    ),
    organizer: Type.Optional(Id),
    sort: Type.Optional(
      Type.Enum(EVENT_SORTS, { description: 'Default: date, and relevance with q.' }),
    ),
    ...pageQuery(EVENTS_PER_PAGE),
  },
  strict,
)
export type ListEventsQuery = Static<typeof ListEventsQuery>

export const OrganizerEventsQuery = Type.Object(pageQuery(EVENTS_PER_PAGE), strict)

export const SALE_STATES = [
  'on_sale',
  'not_started',
  'paused',
  'closed',
  'cancelled',
  'sold_out',
  'draft',
] as const
export type SaleState = (typeof SALE_STATES)[number]

const NullableString = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const NullableInteger = Type.Unsafe<number | null>({ type: ['integer', 'null'] })
const NullableTime = Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' })
const Status = Type.Enum(['draft', 'published', 'cancelled'])
const Sale = Type.Enum(SALE_STATES, { description: 'Whether tickets can be bought right now.' })

/** An event, in full. The fields that the brief shows come first. */
export const Event = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  ticket_price: Type.Number({ description: 'The lowest price of its ticket types.' }),
  total_tickets: Type.Integer(),
  created_by: Type.Integer(),
  description: Type.String(),
  venue: Type.String(),
  event_date: Time,
  remaining_tickets: Type.Integer(),
  sale: Sale,
  status: Status,
  sales_paused: Type.Boolean(),
  category: NullableString,
  city: NullableString,
  image_url: NullableString,
  picture: Type.Union([Picture, Type.Null()]),
  timezone: Type.String(),
  currency: Type.String(),
  venue_capacity: NullableInteger,
  max_per_user: Type.Integer(),
  hold_seconds: Type.Integer({ description: 'How long tickets are held until they are paid.' }),
  on_sale_at: NullableTime,
  sales_end_at: Time,
  postponed_at: Type.Optional(
    Type.String({ format: 'date-time', description: 'When its date was last moved.' }),
  ),
  refund_until: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'Until then buyers may give their tickets back: POST /orders/{id}/refunds.',
    }),
  ),
  ticket_types: Type.Array(
    Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      price: Type.Number(),
      capacity: Type.Integer(),
      remaining_tickets: Type.Integer(),
    }),
  ),
  version: Type.Integer({ description: 'Rises with every change; the first part of the ETag.' }),
  created_at: Time,
  updated_at: Time,
})
export type Event = Static<typeof Event>

/** An event, as lists show it. */
export const EventListing = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  venue: Type.String(),
  event_date: Time,
  ticket_price: Type.Number({ description: 'The lowest price of its ticket types.' }),
  remaining_tickets: Type.Integer(),
  total_tickets: Type.Integer(),
  currency: Type.String(),
  category: NullableString,
  city: NullableString,
  image_url: NullableString,
  picture: Type.Union([Picture, Type.Null()]),
  timezone: Type.String(),
  on_sale_at: NullableTime,
  sales_end_at: Time,
  status: Status,
  sale: Sale,
  created_by: Type.Integer(),
})
export type EventListing = Static<typeof EventListing>
