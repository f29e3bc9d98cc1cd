/** The messages that services write to the outbox, by topic. Each is written with its cause. */
export interface Messages {
  /** An event was created. */
  'event.created': { event_id: number }
  /** An event was changed, cancelled or deleted. */
  'event.changed': { event_id: number }
  /** Sales of an event ended for good although tickets were sold: everybody gets their money back. */
  'event.cancelled': { event_id: number }
  /** The date of an event was moved: buyers may take their money back for a while. */
  'event.postponed': { event_id: number }
  /** A batch of orders was confirmed. */
  'orders.placed': { event_id: number; order_ids: number[] }
  /** Money came when there were no tickets for it any more, and goes back. */
  'payments.returned': { event_id: number; order_ids: number[] }
  /** The provider has sent money back. */
  'refunds.succeeded': { event_id: number; refund_ids: number[] }
}

export type Topic = keyof Messages
