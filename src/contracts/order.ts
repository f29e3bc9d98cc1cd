/** What crosses the boundary about orders and tickets. */
import { Type } from 'typebox'

/** No event lets one user have more, see `events.max_per_user`. */
export const QUANTITY_MAX = 100
const ID_MAX = Number.MAX_SAFE_INTEGER

export const Id = Type.Integer({ minimum: 1, maximum: ID_MAX })

const PaymentMethod = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[A-Za-z0-9_]+$',
  description:
    'How it is paid: a payment method of the provider, e.g. pm_card_visa with the payment simulator.',
})

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
    hold: Type.Optional(
      Type.Boolean({
        description: 'Holds the tickets until expires_at, to be paid by POST /orders/{id}/pay.',
      }),
    ),
    payment_method: Type.Optional(PaymentMethod),
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
  expires_at: Type.Optional(
    Type.String({ format: 'date-time', description: 'Until when a PENDING order is held.' }),
  ),
  next_action: Type.Optional(
    Type.Object(
      {
        type: Type.String(),
        url: Type.Optional(Type.String()),
        client_secret: Type.Optional(Type.String()),
      },
      { description: 'What the buyer has to do before the payment goes on.' },
    ),
  ),
  reason: Type.Optional(Type.String({ description: 'Why it is CANCELLED.' })),
  refunded_amount: Type.Optional(
    Type.Number({ description: 'What the tickets cost that were taken back.' }),
  ),
  links: Type.Optional(OrderLinks),
})

export const PayOrderBody = Type.Object(
  { payment_method: PaymentMethod },
  { additionalProperties: false },
)

export const RefundOrderBody = Type.Object(
  {
    tickets: Type.Optional(
      Type.Array(Type.String({ minLength: 5, maxLength: 64, pattern: '^TCK-[0-9A-Z]+$' }), {
        minItems: 1,
        maxItems: QUANTITY_MAX,
        uniqueItems: true,
        description: 'The codes of those that are taken back; all of them when left out.',
      }),
    ),
  },
  { additionalProperties: false },
)

export const RefundedOrder = Type.Object({
  order_id: Type.Integer(),
  tickets_taken_back: Type.Integer(),
  refund_ids: Type.Array(Type.Integer(), {
    description: 'Money on its way; none for tickets that cost nothing.',
  }),
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
