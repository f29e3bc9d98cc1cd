/**
 * The textbook's ticket shop: the same framework, checks, tokens, schema and tables as ours, and
 * one transaction for each request. It has no logs, metrics or relay, which is to its advantage.
 * Settings: DATABASE_URL, AUTH_KEY, POOL (its connections).
 */
import { createHash } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import pg from 'pg'
import { IdempotencyHeaders, Order, PlaceOrderBody } from '../../../src/contracts/order.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { AppError, type ErrorCode } from '../../../src/kernel/errors.ts'
import { addAccessControl, principalOf } from '../../../src/platform/http/access.ts'
import { sendProblem } from '../../../src/platform/http/problem.ts'
import { strictValidatorCompiler } from '../../../src/platform/http/validation.ts'
import { parseSigningKeys } from '../../../src/platform/signing-keys.ts'
import { createTicketCode } from '../../../src/services/ticketing/ticket-code.ts'
import { createAccessTokens } from '../../../src/services/user/access-tokens.ts'
import { buy } from './textbook.sql.ts'

const { DATABASE_URL = '', AUTH_KEY = '', POOL = '4' } = process.env

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
    const { event_id, quantity, ticket_type_id } = request.body
    const key = request.headers['idempotency-key']
    const now = Date.now()
    const sold = await buy(pool, {
      userId: principalOf(request).userId,
      eventId: event_id,
      ticketTypeId: ticket_type_id ?? null,
      quantity,
      idempotencyKey: key ?? null,
      digest: key === undefined ? null : digestOf([event_id, quantity, ticket_type_id ?? null]),
      ticketCodes: Array.from({ length: quantity }, () => createTicketCode(now)),
    })
    if (typeof sold === 'string') throw new AppError(sold as ErrorCode)
    void reply.code(201).header('Location', `/api/v1/orders/${sold.orderId}`)
    if (sold.isReplay) void reply.header('Idempotent-Replayed', 'true')
    return {
      order_id: Number(sold.orderId),
      status: 'CONFIRMED',
      tickets: sold.ticketCodes.map((ticket_code) => ({ ticket_code })),
      event_id,
      quantity,
      total_price: Number(sold.totalPrice),
      created_at: sold.createdAt.toISOString(),
    } as const
  },
)

const digestOf = (request: unknown[]): Buffer =>
  createHash('sha256').update(JSON.stringify(request)).digest().subarray(0, 16)

const address = await app.listen({ host: '127.0.0.1', port: 0 })
console.log(`The textbook is open: ${address}`)
