/**
 * Who may call what: one entry for every route, whether the API, a page or an operator's. A route
 * without an entry fails the tests, so that nobody opens one without saying for whom.
 *
 * This page is written by hand and not derived from the code. Whoever changes an entry changes what
 * people may do: say why in the commit.
 */
import { PASSWORD } from '../support/accounts.ts'
import type { Cast, Thing } from './cast.ts'

/** Answers about one kind of thing; about one that is not there it is 404. */
export interface Answers {
  own: number
  /** The same, to an admin. */
  ownToAdmin?: number
  /** About what belongs to somebody else. */
  others: number
  /** The same, to an admin. */
  othersToAdmin?: number
}

export interface RoutePolicy {
  /** Who may call it at all. An admin may do what an organizer may. */
  for: 'anyone' | 'user' | 'organizer' | 'admin'
  /** Who is signed in by cookie, and is led to sign in instead of 401. */
  isPage?: true
  /** What those get who may, where it is about no thing in particular. */
  status?: number | { nobody: number; signedIn: number }
  /** What it is about, named in the address or in the body. */
  things?: Partial<Record<Thing, Answers>>
  /** Whether everybody, signed in or not, is told that there is no such thing. */
  isThingFirst?: true
  /** The address to ask, where the route has a wildcard, or several parts name the thing. */
  at?: string
  /** A body that would be accepted: what is refused is refused by right. */
  send?: (cast: Cast, thing: string) => object | Promise<object>
}

const anyone = { for: 'anyone', status: 200 } as const
const page = { for: 'anyone', isPage: true, status: 200 } as const

/** Everybody knows that a published event exists, and nobody that a draft does. */
const changingEvents = (status: number): RoutePolicy => ({
  for: 'organizer',
  things: {
    event: { own: status, others: 403, othersToAdmin: status },
    draft: { own: status, others: 404, othersToAdmin: status },
  },
})

const buyersAlone = { own: 200, others: 404 }
const shown = { own: 200, others: 200 }
const hidden = { own: 404, others: 404 }

let made = 0
const newcomer = () => ({
  name: 'New Comer',
  email: `newcomer-${(made += 1)}@shop.example`,
  password: PASSWORD,
})

const refreshToken = async ({ openSession, known }: Cast) => ({
  refresh_token: await openSession(known.id, 'refresh'),
})

const resetLink = async ({ linkToken }: Cast) => ({
  token: await linkToken('password_reset'),
  password: PASSWORD,
})
const verificationLink = async ({ linkToken }: Cast) => ({
  token: await linkToken('email_verification'),
})

const ownForm = { for: 'user', isPage: true, status: 303 } as const
const wrongPassword = { current_password: 'nobody has this one' }

/** A HEAD route follows its GET. */
export const ROUTE_POLICY: Record<string, RoutePolicy> = {
  // Accounts
  'POST /api/v1/users/register': { for: 'anyone', status: 201, send: newcomer },
  'POST /api/v1/users/login': {
    ...anyone,
    send: ({ known: { email, password } }) => ({ email, password }),
  },
  'POST /api/v1/users/refresh': { ...anyone, send: refreshToken },
  'POST /api/v1/users/logout': { for: 'anyone', status: 204, send: refreshToken },
  'GET /api/v1/users/me': { for: 'user', status: 200 },
  'PATCH /api/v1/users/me': { for: 'user', status: 200, send: () => ({ name: 'New Name' }) },
  // The cast has no passwords; that it is asked for says that they may.
  'POST /api/v1/users/me/email': {
    ...{ for: 'user', status: 422 },
    send: () => ({ ...wrongPassword, email: 'elsewhere@shop.example' }),
  },
  'DELETE /api/v1/users/me': { for: 'user', status: 422, send: () => wrongPassword },
  'GET /api/v1/users/me/export': { for: 'user', status: 200 },
  'GET /api/v1/users/me/sessions': { for: 'user', status: 200 },
  'DELETE /api/v1/users/me/sessions': { for: 'user', status: 204 },
  'DELETE /api/v1/users/me/sessions/:id': {
    for: 'user',
    things: { session: { own: 204, others: 404 } },
  },
  'POST /api/v1/users/password-reset': {
    for: 'anyone',
    status: 202,
    send: () => ({ email: `nobody-${(made += 1)}@shop.example` }),
  },
  // The token says for whom.
  'POST /api/v1/users/password-reset/confirm': { for: 'anyone', status: 204, send: resetLink },
  'POST /api/v1/users/verify-email': { for: 'anyone', status: 204, send: verificationLink },
  'POST /api/v1/users/verify-email/send': { for: 'user', status: 202 },
  'GET /.well-known/jwks.json': anyone,

  // Events
  'GET /api/v1/events': anyone,
  'GET /api/v1/events/:id': { for: 'anyone', things: { event: shown, draft: hidden } },
  'GET /api/v1/events/:id/live': { for: 'anyone', things: { event: shown, draft: hidden } },
  'GET /api/v1/organizer/events': { for: 'organizer', status: 200 },
  'GET /api/v1/organizer/events/:id': changingEvents(200),
  'POST /api/v1/events': {
    for: 'organizer',
    status: 201,
    send: () => ({
      name: 'Rock Night',
      venue: 'City Arena',
      event_date: '2035-12-10T20:00:00Z',
      ticket_price: 75,
      total_tickets: 500,
    }),
  },
  'PATCH /api/v1/events/:id': { ...changingEvents(200), send: () => ({ venue: 'Elsewhere' }) },
  'DELETE /api/v1/events/:id': changingEvents(204),
  'POST /api/v1/events/:id/pause': changingEvents(200),
  'POST /api/v1/events/:id/resume': changingEvents(200),
  'POST /api/v1/events/:id/publish': changingEvents(200),
  'POST /api/v1/events/:id/cancel': changingEvents(200),
  'POST /api/v1/events/:id/postpone': {
    ...changingEvents(200),
    send: () => ({ event_date: '2036-03-01T20:00:00Z' }),
  },
  // Who may is told that what was sent is no picture.
  'PUT /api/v1/events/:id/picture': changingEvents(422),
  'DELETE /api/v1/events/:id/picture': changingEvents(200),
  // Only of an event that is cancelled: of these, nobody is told.
  'GET /api/v1/events/:id/cancellation': {
    for: 'organizer',
    things: { event: hidden, draft: hidden },
  },
  'GET /api/v1/events/:id/proof': { for: 'anyone', things: { event: shown, draft: hidden } },

  // Orders and tickets: for their buyer, and for nobody else, not even an admin
  'POST /api/v1/orders': {
    for: 'user',
    things: { sale: { own: 201, others: 201 }, draft: hidden },
    send: (_cast, event) => ({ event_id: Number(event), quantity: 1 }),
  },
  'GET /api/v1/orders': { for: 'user', status: 200 },
  'GET /api/v1/orders/:id': { for: 'user', things: { order: buyersAlone } },
  // Paying again for what is paid moves nothing; what is paid is no hold that could be given back.
  'POST /api/v1/orders/:id/pay': {
    for: 'user',
    things: { order: buyersAlone },
    send: () => ({ payment_method: 'pm_card_visa' }),
  },
  'DELETE /api/v1/orders/:id': { for: 'user', things: { order: { own: 409, others: 404 } } },
  'GET /api/v1/orders/:id/refunds': {
    for: 'user',
    things: { order: { own: 200, others: 404, othersToAdmin: 200 } },
  },
  // The provider signs what it sends, and needs no account.
  'POST /api/v1/webhooks/payments': { for: 'anyone', status: 400, send: () => ({}) },
  'GET /api/v1/tickets/:code': { for: 'user', things: { ticket: buyersAlone } },
  'GET /api/v1/tickets/:code/qr.svg': { for: 'user', things: { ticket: buyersAlone } },
  'GET /api/v1/orders/:id/tickets.pdf': { for: 'user', things: { 'drawn order': buyersAlone } },
  'GET /api/v1/orders/:id/calendar.ics': { for: 'user', things: { order: buyersAlone } },

  // Files, for whoever was given a link
  'GET /files/orders/:id/:version/:expires/:signature/tickets.pdf': {
    for: 'anyone',
    things: { 'tickets link': shown },
    at: '/files/orders/:link/tickets.pdf',
  },
  'GET /files/orders/:id/:version/:expires/:signature/event.ics': {
    for: 'anyone',
    things: { 'calendar link': shown },
    at: '/files/orders/:link/event.ics',
  },
  'GET /files/tickets/:code/:version/:expires/:signature/qr.svg': {
    for: 'anyone',
    things: { 'svg link': shown },
    at: '/files/tickets/:link/qr.svg',
  },
  'GET /files/tickets/:code/:version/:expires/:signature/qr.png': {
    for: 'anyone',
    things: { 'png link': shown },
    at: '/files/tickets/:link/qr.png',
  },

  // Admins; nobody takes their own rights away
  'GET /api/v1/admin/users': { for: 'admin', status: 200 },
  'GET /api/v1/admin/audit': { for: 'admin', status: 200 },
  'PATCH /api/v1/admin/users/:id': {
    for: 'admin',
    things: { user: { own: 422, others: 200 } },
    send: () => ({ user_type: 'organizer' }),
  },

  'GET /api/v1/admin/dead-letters': { for: 'admin', status: 200 },
  'POST /api/v1/admin/dead-letters/:id/replay': {
    for: 'admin',
    things: { deadLetter: { own: 202, others: 202 } },
  },
  'DELETE /api/v1/admin/dead-letters/:id': {
    for: 'admin',
    things: { deadLetter: { own: 204, others: 204 } },
  },

  'GET /api/v1/admin/refunds': { for: 'admin', status: 200 },
  'POST /api/v1/admin/refunds/:id/retry': {
    for: 'admin',
    things: { 'failed refund': { own: 202, others: 202 } },
  },

  // There is none of this name, and that is for everybody to know.
  'GET /pictures/:name': { for: 'anyone', status: 404, at: `/pictures/${'0'.repeat(32)}-480.webp` },

  // Pages
  'GET /': page,
  'GET /events/:id': { for: 'anyone', isPage: true, things: { event: shown, draft: hidden } },
  'GET /events/:id/card.png': { for: 'anyone', isPage: true, things: { event: shown, draft: hidden } }, // prettier-ignore
  'GET /events/:id/proof': { for: 'anyone', isPage: true, things: { event: shown, draft: hidden } },
  'GET /events/:id/buy': {
    for: 'anyone',
    isPage: true,
    things: { event: { own: 303, others: 303 }, draft: hidden },
  },
  'POST /events/:id/buy': {
    for: 'user',
    isPage: true,
    isThingFirst: true,
    things: { sale: { own: 303, others: 303 }, draft: hidden },
    send: () => ({ key: `the-key-of-form-${(made += 1)}`, quantity: '1' }),
  },
  // What is paid already leads to its tickets.
  'GET /checkout/:id': {
    for: 'user',
    isPage: true,
    things: { order: { own: 303, others: 404 } },
  },
  'GET /checkout/:id/return': {
    for: 'user',
    isPage: true,
    things: { order: { own: 303, others: 404 } },
  },
  'GET /checkout/:id/pay': {
    for: 'user',
    isPage: true,
    things: { order: { own: 303, others: 404 } },
  },
  'GET /checkout/:id/give-back': {
    for: 'user',
    isPage: true,
    things: { order: { own: 303, others: 404 } },
  },
  'POST /checkout/:id/pay': {
    for: 'user',
    isPage: true,
    things: { order: { own: 303, others: 404 } },
    send: () => ({ card: 'pm_card_visa' }),
  },
  'POST /checkout/:id/give-back': {
    for: 'user',
    isPage: true,
    things: { order: { own: 303, others: 404 } },
    send: () => ({}),
  },
  // A script, the same for everybody.
  'GET /tickets/offline.js': { for: 'anyone', isPage: true, status: 200 },
  'GET /tickets': { for: 'user', isPage: true, status: 200 },
  'GET /tickets/order/:id': { for: 'user', isPage: true, things: { order: buyersAlone } },
  // Of an event that keeps its date there is nothing to return: back to the order.
  'GET /tickets/order/:id/return': {
    for: 'user',
    isPage: true,
    things: { order: { own: 303, others: 404 } },
  },
  'POST /tickets/order/:id/return': {
    for: 'user',
    isPage: true,
    things: { order: { own: 303, others: 404 } },
    send: () => ({ ticket: 'TCK-ANY' }),
  },
  'GET /sign-in': { for: 'anyone', isPage: true, status: { nobody: 200, signedIn: 303 } },
  'POST /sign-in': {
    ...page,
    status: 303,
    send: ({ known: { email, password } }) => ({ email, password }),
  },
  'GET /sign-up': { for: 'anyone', isPage: true, status: { nobody: 200, signedIn: 303 } },
  'POST /sign-up': { ...page, status: 303, send: newcomer },
  'POST /language': { ...page, status: 303, send: () => ({ language: 'de' }) },
  'POST /sign-out': { ...page, status: 303, send: () => ({}) },
  'GET /sign-in/with/:provider': { ...page, status: 303, at: '/sign-in/with/github' },
  // Who comes back has to bring what they left with.
  'GET /sign-in/with/:provider/callback': {
    ...page,
    status: 400,
    at: '/sign-in/with/github/callback',
  },
  'GET /sign-in/with/:provider/connect': {
    ...page,
    status: 400,
    at: '/sign-in/with/github/connect',
  },
  'POST /sign-in/with/:provider/connect': {
    ...page,
    status: 400,
    at: '/sign-in/with/github/connect',
    send: () => ({ password: PASSWORD }),
  },
  'GET /account/connect/:provider': {
    for: 'user',
    isPage: true,
    status: 200,
    at: '/account/connect/github',
  },
  // Nobody of the cast has a password that opens anything.
  'POST /account/connect/:provider': {
    for: 'user',
    isPage: true,
    status: 422,
    at: '/account/connect/github',
    send: () => ({ password: PASSWORD }),
  },
  'POST /account/identities/:id/remove': {
    for: 'user',
    isPage: true,
    things: { identity: { own: 303, others: 404 } },
    send: () => ({}),
  },
  'GET /forgot-password': page,
  'POST /forgot-password': {
    ...page,
    send: () => ({ email: `nobody-${(made += 1)}@shop.example` }),
  },
  'GET /reset': page,
  'POST /reset': { ...page, send: resetLink },
  'GET /verify': page,
  'POST /verify': { ...page, send: verificationLink },
  'GET /account': { for: 'user', isPage: true, status: 200 },
  'POST /account/verification': { ...ownForm, send: () => ({}) },
  'GET /account/name': { for: 'user', isPage: true, status: 200 },
  'POST /account/name': { ...ownForm, send: () => ({ name: 'New Name' }) },
  'GET /account/language': { for: 'user', isPage: true, status: 200 },
  'POST /account/language': { ...ownForm, send: () => ({ language: 'en' }) },
  'GET /account/email': { for: 'user', isPage: true, status: 200 },
  'POST /account/email': {
    ...{ for: 'user', isPage: true, status: 422 },
    send: () => ({ ...wrongPassword, email: 'elsewhere@shop.example' }),
  },
  'GET /account/password': { for: 'user', isPage: true, status: 200 },
  'POST /account/password': {
    ...{ for: 'user', isPage: true, status: 422 },
    send: () => ({ ...wrongPassword, password: PASSWORD }),
  },
  'GET /account/sessions': { for: 'user', isPage: true, status: 200 },
  'POST /account/sessions/others/end': { ...ownForm, send: () => ({}) },
  'POST /account/sessions/:id/end': {
    ...{ for: 'user', isPage: true, things: { session: { own: 303, others: 404 } } },
    send: () => ({}),
  },
  'GET /account/export': { for: 'user', isPage: true, status: 200 },
  'GET /account/delete': { for: 'user', isPage: true, status: 200 },
  'POST /account/delete/link': { ...ownForm, send: () => ({}) },
  'POST /account/delete': {
    ...{ for: 'user', isPage: true, status: 422 },
    send: () => wrongPassword,
  },
  // Here they are asked for by a name that is not this machine's, which would open them to all.
  'GET /mailbox': { for: 'admin', isPage: true, status: 200 },
  'GET /mailbox/:id': { for: 'admin', isPage: true, things: { mail: shown } },
  'GET /mailbox/:id/body': { for: 'admin', isPage: true, things: { mail: shown } },
  'GET /assets/:file': { for: 'anyone', isPage: true, things: { asset: shown } },
  'GET /robots.txt': page,
  'GET /sitemap.xml': page,
  'GET /design': page,
  'GET /docs/errors': page,

  // Documentation
  'GET /api/v1/openapi.json': anyone,
  'GET /docs': anyone,
  'GET /docs/': anyone,
  'GET /docs/json': anyone,
  'GET /docs/yaml': anyone,
  'GET /docs/static/index.html': { ...anyone, status: 302 },
  'GET /docs/static/swagger-initializer.js': anyone,
  'GET /docs/*': { ...anyone, at: '/docs/static/swagger-ui.css' },

  // Operators: to be reached by them alone is the load balancer's to see to
  'GET /livez': anyone,
  'GET /readyz': anyone,
  'GET /metrics': anyone,

  // Last, for it takes the tickets that others ask for. Buyers may see that it is theirs, and no more; admins look after every sale.
  'POST /api/v1/orders/:id/refunds': {
    for: 'user',
    things: { order: { own: 403, ownToAdmin: 201, others: 404, othersToAdmin: 201 } },
    send: () => ({}),
  },
}
