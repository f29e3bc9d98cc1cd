/** The messages that services write to the outbox, by topic. Each is written with its cause. */
export interface Messages {
  /** An event was created. */
  'event.created': { event_id: number }
  /** An event was changed, cancelled or deleted. */
  'event.changed': { event_id: number }
  /** A batch of orders was confirmed. */
  'orders.placed': { event_id: number; order_ids: number[] }
  /** Somebody wants the tickets of an order as a PDF that is not drawn yet. */
  'tickets.wanted': { order_id: number; version: string }
}

export type Topic = keyof Messages
