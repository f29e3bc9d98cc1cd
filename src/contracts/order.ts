/** What crosses the boundary about orders and tickets. */
import { Type } from 'typebox'

/** No event lets one user have more, see `events.max_per_user`. */
export const QUANTITY_MAX = 100
const ID_MAX = Number.MAX_SAFE_INTEGER

export const Id = Type.Integer({ minimum: 1, maximum: ID_MAX })

export const PlaceOrderBody = Type.Object(
  {
    event_id: Id,
    quantity: Type.Integer({
      minimum: 1,
      maximum: QUANTITY_MAX,
      description: 'How many tickets; the event says how many one user may have.',
    }),
    ticket_type_id: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: ID_MAX,
        description: 'Needed when the event has several ticket types.',
      }),
    ),
  },
  { additionalProperties: false },
)

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The same key gives the same answer and one effect, however often it is sent.',
    }),
  ),
})

/** Good for a day or two, without a token; ask again for new ones. Not in the answer to a purchase. */
const TicketLinks = Type.Object({ qr_svg: Type.String(), qr_png: Type.String() })
const OrderLinks = Type.Object({ tickets_pdf: Type.String(), calendar: Type.String() })

const TicketCode = Type.Object({
  ticket_code: Type.String(),
  links: Type.Optional(TicketLinks),
})

const OrderStatus = Type.Enum(['PENDING', 'CONFIRMED', 'CANCELLED'])

export const Order = Type.Object({
  order_id: Type.Integer(),
  status: OrderStatus,
  tickets: Type.Array(TicketCode),
  event_id: Type.Integer(),
  quantity: Type.Integer(),
  total_price: Type.Number(),
  created_at: Type.String({ format: 'date-time' }),
  links: Type.Optional(OrderLinks),
})

export const OrdersQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
)

export const OrderParams = Type.Object({ id: Id })

export const Ticket = Type.Object({
  ticket_code: Type.String(),
  order_id: Type.Integer(),
  event_id: Type.Integer(),
  issued_at: Type.String({ format: 'date-time' }),
  valid: Type.Boolean(),
  links: Type.Optional(TicketLinks),
})

export const TicketParams = Type.Object({
  code: Type.String({ minLength: 5, maxLength: 64, pattern: '^TCK-[0-9A-Z]+$' }),
})

/** A link to a file, as `links` gives it. */
export const OrderFileParams = Type.Object({
  id: Id,
  version: Type.String({ maxLength: 40 }),
  expires: Type.String({ maxLength: 12 }),
  signature: Type.String({ maxLength: 64 }),
})

export const TicketFileParams = Type.Object({
  code: TicketParams.properties.code,
  version: Type.String({ maxLength: 40 }),
  expires: Type.String({ maxLength: 12 }),
  signature: Type.String({ maxLength: 64 }),
})
