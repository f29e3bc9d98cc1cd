/** What crosses the boundary about payments, refunds and the proof. */
import { Type } from 'typebox'
import { Id } from './order.ts'
import { pageQuery } from './pages.ts'

export const Refund = Type.Object({
  refund_id: Type.Integer(),
  order_id: Type.Integer(),
  amount: Type.Number(),
  currency: Type.String(),
  reason: Type.Enum(['requested', 'event_cancelled', 'event_postponed', 'late_payment']),
  status: Type.Enum(['requested', 'succeeded', 'failed']),
  created_at: Type.String({ format: 'date-time' }),
  finished_at: Type.Optional(Type.String({ format: 'date-time' })),
})

export const RefundParams = Type.Object({ id: Id })

export const FailedRefundsQuery = Type.Object(
  {
    ...pageQuery({ default: 50, max: 200 }),
    status: Type.Optional(Type.Enum(['failed'], { description: 'Only those are listed.' })),
  },
  { additionalProperties: false },
)

export const Cancellation = Type.Object(
  {
    event_id: Type.Integer(),
    done: Type.Boolean({ description: 'Nothing is left to take back, and all of it is paid.' }),
    tickets_left: Type.Integer({ description: 'Tickets and holds still to be taken back.' }),
    refunds: Type.Object({
      requested: Type.Integer(),
      succeeded: Type.Integer(),
      failed: Type.Integer(),
    }),
    refunded_amount: Type.Number(),
    due_amount: Type.Number(),
  },
  { description: 'How far a cancelled event has given everything back.' },
)

export const Proof = Type.Object(
  {
    event_id: Type.Integer(),
    counted_at: Type.String({ format: 'date-time' }),
    currency: Type.String(),
    holds: Type.Boolean({ description: 'All of the checks do.' }),
    capacity: Type.Integer(),
    held: Type.Integer(),
    sold: Type.Integer(),
    tickets: Type.Object({ issued: Type.Integer(), refunded: Type.Integer() }),
    money: Type.Object({
      captured: Type.Number(),
      refunded: Type.Number(),
      refunds_due: Type.Number(),
    }),
    ledger: Type.Object({
      sales: Type.Number(),
      refunds_due: Type.Number(),
      provider: Type.Number(),
    }),
    checks: Type.Array(
      Type.Object({
        claim: Type.String(),
        counts: Type.Enum(['tickets', 'money']),
        left: Type.Number(),
        right: Type.Number(),
        holds: Type.Boolean(),
      }),
    ),
  },
  {
    description:
      'Counters, orders, tickets, payments and ledger of a sale, each counted for itself, without personal data.',
  },
)
