import type { Static } from 'typebox'
import { Type } from 'typebox'
import { EventParams } from '../../contracts/event.ts'
import { OrderParams } from '../../contracts/order.ts'
import { Cancellation, Proof, Refund as RefundSchema } from '../../contracts/payment.ts'
import { AppError } from '../../kernel/errors.ts'
import { decimalFromCents } from '../../kernel/money.ts'
import { type Principal, principalOf } from '../../platform/http/access.ts'
import { Unchanged, sendTaggedJson } from '../../platform/http/etag.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres.ts'
import { type ProofCheck, checkProof } from './proof.ts'
import type { EventProof } from './proof.sql.ts'
import { refundJson } from './refund-json.ts'
import { findCancellationProgress, findRefundsOf } from './refunds.sql.ts'

/** Who an order or an event belongs to. */
export interface Owners {
  ownersOfOrder: (orderId: number) => Promise<{ userId: number; organizerId: number } | undefined>
  /** Undefined when there is no such event, or it is not cancelled. */
  organizerOfCancelled: (eventId: number) => Promise<number | undefined>
}

export interface PaymentRoutesDeps extends Owners {
  db: Database
  proofOf: (eventId: number) => Promise<EventProof | undefined>
}

const mayLookAfter = (by: Principal, organizerId: number): boolean =>
  by.userType === 'admin' || by.userId === organizerId

export function paymentRoutes(app: HttpApp, deps: PaymentRoutesDeps): void {
  app.get(
    '/api/v1/orders/:id/refunds',
    {
      config: { access: 'user' },
      schema: {
        summary: 'What went back of an order, for its buyer, its organizer and admins',
        tags: ['payments'],
        security: [{ bearer: [] }],
        params: OrderParams,
        response: { 200: Type.Array(RefundSchema), 304: Unchanged },
      },
    },
    async (request, reply) => {
      const owners = await deps.ownersOfOrder(request.params.id)
      const by = principalOf(request)
      // Somebody else's order and none at all look the same.
      if (owners === undefined) throw new AppError('not_found')
      if (owners.userId !== by.userId && !mayLookAfter(by, owners.organizerId)) {
        throw new AppError('not_found')
      }
      const refunds = await findRefundsOf(deps.db, request.params.id)
      return await sendTaggedJson(request, reply, refunds.map(refundJson))
    },
  )

  app.get(
    '/api/v1/events/:id/cancellation',
    {
      config: { access: 'organizer' },
      schema: {
        summary: 'How far a cancelled event has given everything back',
        tags: ['payments'],
        security: [{ bearer: [] }],
        params: EventParams,
        response: { 200: Cancellation, 304: Unchanged },
      },
    },
    async (request, reply) => {
      const eventId = request.params.id
      const organizerId = await deps.organizerOfCancelled(eventId)
      if (organizerId === undefined || !mayLookAfter(principalOf(request), organizerId)) {
        throw new AppError('not_found')
      }
      const progress = await findCancellationProgress(deps.db, eventId)
      return await sendTaggedJson(request, reply, {
        event_id: eventId,
        done: progress.ticketsLeft === 0 && progress.dueCents === 0,
        tickets_left: progress.ticketsLeft,
        refunds: {
          requested: progress.requested,
          succeeded: progress.succeeded,
          failed: progress.failed,
        },
        refunded_amount: decimalFromCents(progress.refundedCents),
        due_amount: decimalFromCents(progress.dueCents),
      })
    },
  )

  app.get(
    '/api/v1/events/:id/proof',
    {
      config: { access: 'public' },
      schema: {
        summary: 'The books of a sale, for everybody to check',
        tags: ['payments'],
        params: EventParams,
        response: { 200: Proof, 304: Unchanged },
      },
    },
    async (request, reply) => {
      const proof = await deps.proofOf(request.params.id)
      if (proof === undefined) throw new AppError('not_found')
      void reply.header('Cache-Control', 'public, max-age=5, s-maxage=5')
      return await sendTaggedJson(request, reply, proofJson(proof, checkProof(proof)))
    },
  )
}

const proofJson = (proof: EventProof, checks: ProofCheck[]): Static<typeof Proof> => ({
  event_id: proof.eventId,
  counted_at: proof.at.toISOString(),
  currency: proof.currency,
  holds: checks.every((check) => check.holds),
  capacity: proof.capacity,
  held: proof.held,
  sold: proof.sold,
  tickets: { issued: proof.ticketsIssued, refunded: proof.ticketsRefunded },
  money: {
    captured: decimalFromCents(proof.capturedCents),
    refunded: decimalFromCents(proof.refundedCents),
    refunds_due: decimalFromCents(proof.refundsDueCents),
  },
  ledger: {
    sales: decimalFromCents(proof.ledgerSalesCents),
    refunds_due: decimalFromCents(proof.ledgerRefundsDueCents),
    provider: decimalFromCents(proof.ledgerProviderCents),
  },
  checks: checks.map((check) => ({
    claim: check.claim,
    counts: check.unit === 'cents' ? 'money' : 'tickets',
    left: check.unit === 'cents' ? decimalFromCents(check.left) : check.left,
    right: check.unit === 'cents' ? decimalFromCents(check.right) : check.right,
    holds: check.holds,
  })),
})
