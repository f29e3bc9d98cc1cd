/** Mails about refunds. */
import { type Consumer, consumer } from '../../platform/outbox/consumer.ts'
import { type DeliverMailDeps, deliverMail } from './deliver-mail.ts'
import { refundSentMail } from './mails/refund-sent.ts'
import type { SentRefund } from './recipients.ts'

export interface RefundMailsDeps extends DeliverMailDeps {
  findRefund: (refundId: number) => Promise<SentRefund | undefined>
}

export function refundMails(deps: RefundMailsDeps): Consumer[] {
  return [
    consumer({
      topic: 'refunds.succeeded',
      name: 'mail-refund',
      lane: 'mail',
      effects: (message) =>
        message.refund_ids.map((refundId) => ({ id: `refund ${refundId}`, data: { refundId } })),
      async handle({ refundId }: { refundId: number }, tx) {
        const refund = await deps.findRefund(refundId)
        // Its buyer has gone, or it is from a database that was set back.
        if (refund === undefined) return
        await deliverMail(deps, refundSentMail(refund), tx, refund.buyer.id)
      },
    }),
  ]
}
