/** What the pages ask of the services; `compose.ts` hands it in. */
import type { ListEventsQuery, SaleState } from '../src/contracts/event.ts'
import type { Picture } from '../src/contracts/picture.ts'
import type { Language } from '../src/kernel/language.ts'
import type { UserType } from '../src/platform/http/access.ts'

/** Somebody signed in to the pages. */
export interface PageUser {
  userId: number
  userType: UserType
  name: string
  email: string
  language: Language
}

/** Somebody who has just proved who they are. */
export interface ProvenUser {
  id: number
  tokenVersion: number
}

export interface OwnAccount {
  id: number
  name: string
  email: string
  language: Language
  emailVerifiedAt: Date | null
}

export interface OwnSession {
  sessionId: string
  kind: 'refresh' | 'page'
  /** Null when it is not known. */
  device: string | null
  signedInAt: Date
  /** To the hour. */
  lastSeenAt: Date
  isCurrent: boolean
}

export type AccountTies = readonly {
  reason: 'open_orders' | 'payments_under_way' | 'events_ahead' | 'last_admin' | 'tickets_ahead'
  count: number
}[]

export interface Accounts {
  register: (command: {
    name: string
    email: string
    password: string
    userType: UserType
    /** Of the mails. */
    language: Language
    requestId: string
  }) => Promise<ProvenUser>
  /** `device` is a cookie: where somebody signed in before, strangers' guesses do not count. */
  login: (command: {
    email: string
    password: string
    device: string | undefined
    address: string
  }) => Promise<{ user: ProvenUser; device: string }>
  openPageSession: (
    user: ProvenUser,
    userAgent?: string,
  ) => Promise<{ token: string; expiresAt: Date }>
  findPageSession: (token: string) => Promise<PageUser | undefined>
  closePageSession: (token: string) => Promise<void>
  /** Undefined when the account has gone. */
  findUser: (userId: number) => Promise<OwnAccount | undefined>
  /** @throws AppError, naming the field. A new password ends every session and begins the one asked for. */
  changeOwnAccount: (command: {
    userId: number
    name?: string
    language?: Language
    password?: string
    currentPassword?: string
    session?: { kind: 'page'; userAgent: string | undefined }
    requestId: string
  }) => Promise<{ session: { token: string; expiresAt: Date } | undefined }>
  /** Has a link sent to a new address. @throws AppError, naming the field. */
  askEmailChange: (command: {
    userId: number
    email: string
    currentPassword: string
    address: string
    requestId: string
  }) => Promise<void>
  /** The address that was asked for and is not proved yet. */
  findNewEmail: (userId: number) => Promise<string | undefined>
  /** Has the mail sent again that proves the address. */
  askVerification: (command: { userId: number; address: string }) => Promise<void>
  /** @param token Of the session that asks. */
  listSessions: (userId: number, token: string | undefined) => Promise<readonly OwnSession[]>
  /** @throws AppError `not_found` */
  endSessions: (command: {
    userId: number
    which: { sessionId: string } | { butOf: string | undefined }
  }) => Promise<void>
  /** @throws AppError `rate_limited` */
  exportPersonalData: (userId: number) => Promise<Record<string, unknown>>
  /** What is in the way of leaving, or has to be said about it. */
  findTies: (userId: number) => Promise<AccountTies>
  /** @throws AppError `account_in_use`, `confirmation_needed`, `invalid_value` */
  deleteAccount: (command: {
    userId: number
    currentPassword: string
    acceptsLosingSight: boolean
    requestId: string
  }) => Promise<void>
  /** Has a link to a new password sent to an address, if it is somebody's. */
  askPasswordReset: (command: { email: string; address: string }) => Promise<void>
  /** @throws AppError `invalid_value`, naming the field: the token of the link, or the password. */
  resetPassword: (command: { token: string; password: string; requestId: string }) => Promise<void>
  /** @throws AppError `invalid_value` when the link is no longer good. */
  verifyEmail: (command: { token: string; requestId: string }) => Promise<void>
}

/** Why somebody who came back from a provider is not signed in. */
export type SignInRefusal =
  'away' | 'declined' | 'mistrusted' | 'stale' | 'unverified' | 'taken' | 'suspended'

/** The ways into an account besides its password. */
export interface Connections {
  hasPassword: boolean
  identities: readonly {
    id: number
    /** Of the provider. */
    name: string
    email: string | null
    createdAt: Date
    /** The last way into an account stays. */
    canRemove: boolean
  }[]
  /** Providers with which no account is connected. */
  others: readonly { id: string; name: string }[]
}

/** Signing in with an account elsewhere. A note is what the browser keeps in the meantime. */
export interface ForeignSignIn {
  providers: readonly { id: string; name: string }[]
  /** @throws AppError `not_found` for a provider that there is none of. */
  begin: (command: {
    providerId: string
    next: string
    origin: string | undefined
    /** Whose account it is to be connected to; undefined signs in. */
    userId?: number | undefined
  }) => Promise<{ url: string; note: string } | { refused: SignInRefusal }>
  /** @throws AppError `not_found`, `rate_limited` */
  comeBack: (command: {
    providerId: string
    origin: string | undefined
    note: string | undefined
    /** The query that the browser came back with. */
    answer: URLSearchParams
    userId: number | undefined
    language: Language
    address: string
    requestId: string
  }) => Promise<
    | { kind: 'signed in'; user: ProvenUser; next: string }
    | { kind: 'connected'; next: string }
    | { kind: 'account exists'; email: string; note: string }
    | { kind: 'refused'; reason: SignInRefusal; next: string }
  >
  /** Whose account a note is about; undefined when it is no longer good. */
  readNote: (note: string | undefined) => { email: string; next: string } | undefined
  /** @throws AppError `invalid_credentials`, `account_suspended`, `rate_limited` */
  connect: (command: {
    providerId: string
    note: string | undefined
    password: string
    device: string | undefined
    address: string
    requestId: string
  }) => Promise<{ user: ProvenUser; device: string; next: string } | { refused: SignInRefusal }>
  connectionsOf: (userId: number) => Promise<Connections>
  /** @throws AppError `invalid_value` for a wrong password of an account that has one. */
  requireOwner: (command: { userId: number; password: string }) => Promise<void>
  /** @throws AppError `not_found`, `invalid_value` for the last way into the account. */
  remove: (command: { userId: number; identityId: number; requestId: string }) => Promise<void>
}

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
  payment: { status: PaymentStatus; declineCode: string | undefined } | undefined
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
}
