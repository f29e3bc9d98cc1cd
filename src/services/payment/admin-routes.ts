import { Type } from 'typebox'
import {
  FailedRefundsQuery,
  RefundParams,
  Refund as RefundSchema,
} from '../../contracts/payment.ts'
import type { Audit } from '../../platform/audit.ts'
import { principalOf } from '../../platform/http/access.ts'
import { cursorCodec, cutPage, nextLink } from '../../platform/http/pages.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres.ts'
import { findFailedRefunds } from './refunds.sql.ts'
import { refundJson } from './refund-json.ts'
import { retryRefund } from './retry-refund.ts'

const byId = cursorCodec('integer')

/** What admins see and do about refunds that the bank turned down. */
export function adminPaymentRoutes(
  app: HttpApp,
  deps: { db: Database; audit: Audit; wakeRefunds: () => void },
): void {
  app.get(
    '/api/v1/admin/refunds',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Refunds that the bank turned down, the oldest first',
        description: 'They are owed still: have them tried again, or pay them back by other means.',
        tags: ['admin'],
        security: [{ bearer: [] }],
        querystring: FailedRefundsQuery,
        response: { 200: Type.Array(RefundSchema) },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const rows = await findFailedRefunds(deps.db, {
        limit: limit + 1,
        after: cursor === undefined ? undefined : byId.decode(cursor)[0],
      })
      const page = cutPage(rows, limit, (last) => byId.encode([last.refundId]))
      if (page.nextCursor !== undefined) {
        void reply.header('Link', nextLink(request, page.nextCursor))
      }
      void reply.header('Cache-Control', 'no-store')
      return page.items.map(refundJson)
    },
  )

  app.post(
    '/api/v1/admin/refunds/:id/retry',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Have a refund tried again that the bank turned down',
        tags: ['admin'],
        security: [{ bearer: [] }],
        params: RefundParams,
        response: { 202: RefundSchema },
      },
    },
    async (request, reply) => {
      const refund = await retryRefund(deps, {
        refundId: request.params.id,
        actorId: principalOf(request).userId,
        requestId: request.id,
      })
      void reply.code(202)
      return refundJson(refund)
    },
  )
}
