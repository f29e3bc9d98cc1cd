/**
 * The textbook's ticket shop: the same framework, checks, tokens, schema, tables and payment client as
 * ours, and one transaction for each step of a purchase. It has no logs, metrics or relay, and of the
 * provider's webhooks it only checks the signature, all of which is to its advantage.
 * Settings: DATABASE_URL, AUTH_KEY, POOL (its connections), PORT, STRIPE_API_URL, STRIPE_SECRET_KEY,
 * STRIPE_WEBHOOK_SECRET.
 */
import { createHash } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import pg from 'pg'
import {
  IdempotencyHeaders,
  Order,
  OrderParams,
  PayOrderBody,
  PlaceOrderBody,
} from '../../../src/contracts/order.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { AppError, type ErrorCode } from '../../../src/kernel/errors.ts'
import { addAccessControl, principalOf } from '../../../src/platform/http/access.ts'
import { sendProblem } from '../../../src/platform/http/problem.ts'
import { strictValidatorCompiler } from '../../../src/platform/http/validation.ts'
import { stripePayments } from '../../../src/platform/payments.ts'
import { parseSigningKeys } from '../../../src/platform/signing-keys.ts'
import { createTicketCode } from '../../../src/services/ticketing/ticket-code.ts'
import { createAccessTokens } from '../../../src/services/user/access-tokens.ts'
import { type Due, confirmPaid, findDue } from './payments.sql.ts'
import { buy } from './textbook.sql.ts'

const { DATABASE_URL = '', AUTH_KEY = '', POOL = '4', PORT = '0' } = process.env
const { STRIPE_API_URL, STRIPE_SECRET_KEY = '', STRIPE_WEBHOOK_SECRET = '' } = process.env

const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  max: Number(POOL),
  idleTimeoutMillis: 0,
  // A generic plan made while the tables were empty must not scan them when they are full.
  options: '-c jit=off -c enable_seqscan=off -c plan_cache_mode=force_generic_plan',
})
// Connections are there before the first buyer is.
const clients = await Promise.all(
  Array.from({ length: Number(POOL) }, async () => await pool.connect()),
)
for (const client of clients) client.release()

const provider = stripePayments({
  apiUrl: STRIPE_API_URL,
  secretKey: STRIPE_SECRET_KEY,
  shopId: 'textbook',
  webhookSecret: STRIPE_WEBHOOK_SECRET,
})

const { authenticate } = createAccessTokens({
  keys: parseSigningKeys(AUTH_KEY, 'AUTH_KEY'),
  clock: systemClock,
  minimumVersionOf: () => undefined,
})

const app = Fastify({ logger: false }).withTypeProvider<TypeBoxTypeProvider>()
app.setValidatorCompiler(strictValidatorCompiler())
app.setErrorHandler((error, request, reply) => {
  sendProblem(error, request, reply)
})
addAccessControl(app, authenticate)

app.post(
  '/api/v1/orders',
  {
    config: { access: 'user' },
    schema: { headers: IdempotencyHeaders, body: PlaceOrderBody, response: { 201: Order } },
  },
  async (request, reply) => {
    const {
      event_id,
      quantity,
      ticket_type_id,
      hold: isHold = false,
      payment_method,
    } = request.body
    const key = request.headers['idempotency-key']
    const { userId } = principalOf(request)
    const sold = refusedIfText(
      await buy(pool, {
        userId,
        eventId: event_id,
        ticketTypeId: ticket_type_id ?? null,
        quantity,
        idempotencyKey: key ?? null,
        digest:
          key === undefined
            ? null
            : digestOf([
                event_id,
                quantity,
                ticket_type_id ?? null,
                isHold,
                payment_method ?? null,
              ]),
        isPending: isHold || payment_method !== undefined,
        isHold,
        ticketCodes: newCodes(quantity),
      }),
    )
    const orderId = Number(sold.orderId)
    void reply.code(201).header('Location', `/api/v1/orders/${orderId}`)
    if (sold.isReplay) void reply.header('Idempotent-Replayed', 'true')
    const isPaid = payment_method !== undefined && !isHold
    const due = { ...sold, orderId, eventId: event_id, quantity }
    return {
      order_id: orderId,
      status: isHold ? 'PENDING' : 'CONFIRMED',
      tickets: isPaid ? await pay(due, payment_method) : asTickets(sold.ticketCodes),
      event_id,
      quantity,
      total_price: sold.amountCents / 100,
      created_at: sold.createdAt.toISOString(),
      ...(isHold && sold.expiresAt !== null ? { expires_at: sold.expiresAt.toISOString() } : {}),
    } as const
  },
)

app.post(
  '/api/v1/orders/:id/pay',
  {
    config: { access: 'user' },
    schema: {
      headers: IdempotencyHeaders,
      params: OrderParams,
      body: PayOrderBody,
      response: { 200: Order },
    },
  },
  async (request) => {
    const { userId } = principalOf(request)
    const due = await findDue(pool, { orderId: request.params.id, userId })
    if (due === undefined) throw new AppError('not_found')
    const tickets = await pay(due, request.body.payment_method)
    return {
      order_id: due.orderId,
      status: 'CONFIRMED',
      tickets,
      event_id: due.eventId,
      quantity: due.quantity,
      total_price: due.amountCents / 100,
      created_at: due.createdAt.toISOString(),
    } as const
  },
)

/** Asks the provider, then confirms. @returns The tickets. */
async function pay(due: Due, paymentMethod: string): Promise<{ ticket_code: string }[]> {
  const { intentId } = await provider.createIntent(due)
  const state = await provider.confirm({ ...due, intentId, attempt: 1, paymentMethod })
  if (state.status !== 'captured') throw new AppError('payment_declined')
  const ticketCodes = newCodes(due.quantity)
  const codes = await confirmPaid(pool, due, { paymentMethod, intentId, ticketCodes })
  return asTickets(refusedIfText(codes))
}

// The reply to the buyer has settled what it tells, or will in a moment.
void app.register((scope, _options, done) => {
  scope.removeContentTypeParser('application/json')
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (_request, body, parsed) => {
      parsed(null, body)
    },
  )
  scope.post('/api/v1/webhooks/payments', { config: { access: 'public' } }, (request, reply) => {
    provider.readWebhook(request.body as Buffer, request.headers['stripe-signature'] as string)
    void reply.send({ received: true })
  })
  done()
})

function refusedIfText<Answer>(answer: Answer | string): Answer {
  if (typeof answer === 'string') throw new AppError(answer as ErrorCode)
  return answer
}

const asTickets = (codes: string[]) => codes.map((ticket_code) => ({ ticket_code }))

const newCodes = (quantity: number): string[] => {
  const now = Date.now()
  return Array.from({ length: quantity }, () => createTicketCode(now))
}

const digestOf = (request: unknown[]): Buffer =>
  createHash('sha256').update(JSON.stringify(request)).digest().subarray(0, 16)

const address = await app.listen({ host: '127.0.0.1', port: Number(PORT) })
console.log(`The textbook is open: ${address}`)
