/** The messages that services write to the outbox, by topic. Each is written with its cause. */

import type { Language } from '../kernel/language.ts'

/** What a ticket holder has to know of an event. */
export interface EventFacts {
  name: string
  venue: string
  city: string | null
  /** RFC 3339. */
  event_date: string
  timezone: string
}

/** A change of what ticket holders have to know. */
export interface EventChange {
  /** Of the event, after the change; each version is told once. */
  version: number
  before: EventFacts
  after: EventFacts
}

/** What everybody who has tickets for an event is told. */
export interface EventNews {
  kind: 'changed' | 'postponed' | 'cancelled'
  event_id: number
  /** `before` and `after` are the same for a cancelled event. */
  change: EventChange
  /** Until when buyers of a postponed event may take their money back, RFC 3339. */
  refund_until: string | null
}

export interface Messages {
  /** An event was created. */
  'event.created': { event_id: number }
  /** An event was changed, cancelled or deleted; `change` when ticket holders have to know. */
  'event.changed': { event_id: number; change?: EventChange }
  /** An event was postponed. */
  'event.postponed': { event_id: number; change: EventChange; refund_until: string | null }
  /** An event was cancelled. */
  'event.cancelled': { event_id: number }
  /** The next ticket holders who have to be told are those after `after_user_id`. */
  'event.news': { news: EventNews; after_user_id: number }
  /** These ticket holders have to be told. */
  'event.news_for': { news: EventNews; user_ids: number[] }
  /** A batch of orders was confirmed. */
  'orders.placed': { event_id: number; order_ids: number[] }
  /** Money came too late, or for a cancelled event, and goes back. */
  'payments.returned': { event_id: number; order_ids: number[] }
  /** Money was given back. */
  'refunds.succeeded': { event_id: number; refund_ids: number[] }
  /**
   * Somebody asked for a new password. Without a user the address is nobody's: it is written all
   * the same, so that asking takes as long.
   */
  'user.password_reset_asked': { user_id: number | null; request: string }
  /** An account was opened, or its owner asked again for the mail that proves the address. */
  'user.verification_asked': { user_id: number; request: string }
  /** Somebody wants their account to have another address, which has to be proved. */
  'user.email_change_asked': { user_id: number; request: string; new_email: string }
  /** An account has another address now; the old one is told. */
  'user.email_changed': { user_id: number; request: string; old_email: string }
  /** The owner of an account without a password wants it deleted, and gets a link to confirm it. */
  'user.deletion_asked': { user_id: number; request: string }
  /** An account elsewhere opens an account here from now on; its owner is told. */
  'user.identity_connected': { user_id: number; request: string; provider: string }
  /** An account was deleted; what is needed to say so for the last time. */
  'user.deleted': { email: string; language: Language; request: string }
  /** Somebody wants the tickets of an order as a PDF that is not drawn yet. */
  'tickets.wanted': { order_id: number; version: string }
}

export type Topic = keyof Messages

/** Every topic that this version knows, whether or not somebody does something about it. */
const KNOWN: Record<Topic, true> = {
  'event.created': true,
  'event.changed': true,
  'event.postponed': true,
  'event.cancelled': true,
  'event.news': true,
  'event.news_for': true,
  'orders.placed': true,
  'payments.returned': true,
  'refunds.succeeded': true,
  'tickets.wanted': true,
  'user.deleted': true,
  'user.deletion_asked': true,
  'user.email_change_asked': true,
  'user.email_changed': true,
  'user.identity_connected': true,
  'user.password_reset_asked': true,
  'user.verification_asked': true,
}
export const TOPICS: readonly string[] = Object.keys(KNOWN)
