/** What the pages ask of the services; `compose.ts` hands it in. */
import type { ListEventsQuery, SaleState } from '../src/contracts/event.ts'
import type { Picture } from '../src/contracts/picture.ts'
import type { UserType } from '../src/platform/http/access.ts'
import type { Accounts, ForeignSignIn } from './account-needs.ts'

export type * from './account-needs.ts'

export interface EventListing {
  id: number
  name: string
  venue: string
  city: string | null
  category: string | null
  eventDate: Date
  timezone: string
  ticketPriceCents: number
  currency: string
  remaining: number
  totalTickets: number
  onSaleAt: Date | null
  sale: SaleState
  picture: Picture | null
}

export interface TicketType {
  id: number
  name: string
  priceCents: number
  remaining: number
}

export interface EventDetails extends EventListing {
  /** Held by somebody and not paid yet. */
  held: number
  description: string
  imageUrl: string | null
  maxPerUser: number
  salesEndAt: Date | null
  /** When its date was last moved by postponing it. */
  postponedAt: Date | null
  /** Until then buyers may give their tickets back. */
  refundUntil: Date | null
  ticketTypes: readonly TicketType[]
}

export type EventQuery = Partial<ListEventsQuery>

export interface Events {
  /** Published events that are ahead. @throws AppError `invalid_request`, naming the field. */
  listEvents: (
    query: EventQuery,
  ) => Promise<{ items: readonly EventListing[]; nextCursor: string | undefined }>
  /** Undefined for a draft, too. */
  findEvent: (id: number) => Promise<EventDetails | undefined>
  /** Rises whenever somebody changes an event in this process: what was made before is old. */
  changes: () => number
}

export interface Order {
  orderId: number
  userId: number
  eventId: number
  /** All tickets of an order are of one. */
  ticketTypeId: number
  quantity: number
  totalPriceCents: number
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED'
  createdAt: Date
  /** Of one that is PENDING: until when its tickets are held. */
  expiresAt: Date | undefined
  /** Why it is CANCELLED. */
  reason: string | undefined
  /** What its tickets cost that were taken back. */
  refundedCents: number
  /** Those that are good. */
  ticketCodes: readonly string[]
  /** What its buyer has to do before its payment goes on. */
  nextAction: { url?: string } | undefined
  /** How its last payment stands; undefined when none was tried. */
  payment: { status: PaymentStatus; method: string; declineCode: string | undefined } | undefined
}

type PaymentStatus =
  'processing' | 'requires_action' | 'declined' | 'captured' | 'voided' | 'returned'

/** Tickets that somebody holds and has not paid. */
export interface OpenHold {
  orderId: number
  eventId: number
  quantity: number
  expiresAt: Date
}

/** Money on its way back. */
export interface Refund {
  amountCents: number
  status: 'requested' | 'succeeded' | 'failed'
  finishedAt: Date | undefined
}

export interface Refunds {
  /** Of an order, the first one first. */
  refundsOf: (orderId: number) => Promise<readonly Refund[]>
}

/** Where the files of an order are. */
export interface OrderLinks {
  ticketsPdf: string
  calendar: string
  /** By ticket code. */
  tickets: ReadonlyMap<string, { qrSvg: string }>
}

export interface Ticketing {
  placeOrder: (command: {
    userId: number
    eventId: number
    ticketTypeId: number | undefined
    quantity: number
    isHold: boolean
    paymentMethod: string | undefined
    idempotencyKey: string | undefined
  }) => Promise<{ orderId: number; totalPriceCents: number }>
  /**
   * Pays for a hold. Without an answer in time, and before the buyer has been to their bank, it is
   * PENDING.
   * @throws AppError `payment_declined`, `hold_expired`, `event_cancelled`, `order_not_pending`,
   * `payment_in_progress`, `unavailable`
   */
  payOrder: (command: {
    userId: number
    orderId: number
    paymentMethod: string
  }) => Promise<{ status: 'PENDING' | 'CONFIRMED' }>
  /** @throws AppError `order_not_pending` when it is paid, `unavailable` */
  giveBackOrder: (command: { userId: number; orderId: number }) => Promise<unknown>
  /** Has the provider asked what became of a payment, because its buyer is back from there. */
  checkPaymentSoon: (orderId: number) => Promise<void>
  /** The newest first. @throws AppError `invalid_request` for a cursor that is none. */
  ordersOf: (
    userId: number,
    page: { limit: number; cursor: string | undefined },
  ) => Promise<{ items: readonly Order[]; nextCursor: string | undefined }>
  /** The first to end first. */
  openHoldsOf: (userId: number, limit: number) => Promise<readonly OpenHold[]>
  findOrder: (orderId: number) => Promise<Order | undefined>
  /** Undefined for an order that has nothing to show at the door. */
  linksOf: (order: Order) => Promise<OrderLinks | undefined>
  /** @throws AppError `not_found`, `forbidden`, `invalid_value`, `nothing_to_refund` */
  refundOrder: (command: {
    orderId: number
    by: { userId: number; userType: UserType }
    ticketCodes: readonly string[]
    requestId: string
  }) => Promise<{ ticketCount: number }>
}

export interface StoredMail {
  id: number
  to: string
  subject: string
  text: string
  html: string
  createdAt: Date
}

export interface Mailbox {
  newest: (limit: number) => Promise<readonly StoredMail[]>
  find: (id: number) => Promise<StoredMail | undefined>
}

/** The books of a sale, counted from the rows. Money in cents. */
export interface Proof {
  currency: string
  capacity: number
  held: number
  sold: number
  ticketsIssued: number
  ticketsRefunded: number
  capturedCents: number
  refundedCents: number
  refundsDueCents: number
  /** When they were counted. */
  at: Date
}

/** One comparison of two books. */
export interface ProofCheck {
  /** What should be the case, in words. */
  claim: string
  unit: 'tickets' | 'cents'
  left: number
  right: number
  holds: boolean
}

export interface Books {
  /** Undefined for a draft, too. */
  findProof: (
    eventId: number,
  ) => Promise<{ proof: Proof; checks: readonly ProofCheck[] } | undefined>
}

export interface WebDeps {
  accounts: Accounts
  foreignSignIn: ForeignSignIn
  events: Events
  ticketing: Ticketing
  books: Books
  refunds: Refunds
  /** Whether the payment simulator takes the payments, so that there are test cards to pay with. */
  hasTestCards: boolean
  /** Undefined where mail is really sent. */
  mailbox: Mailbox | undefined
  /** Whether browsers reach us by TLS, so that cookies may insist on it. */
  secureCookies: boolean
  /** What whole addresses of pages begin with; undefined takes what the request says. */
  origin: string | undefined
}
