/**
 * Mails to everybody who has tickets for an event. A stadium is told in steps: each step finds some
 * of the ticket holders, and in one transaction orders their mails and the next step. So nobody is
 * left out or told twice, wherever a process dies, and nothing ever holds all of them at once.
 */
import type { EventFacts, EventNews } from '../../contracts/messages.ts'
import { type Consumer, consumer } from '../../platform/outbox/consumer.ts'
import { publish } from '../../platform/outbox/publish.ts'
import type { Transaction } from '../../platform/postgres.ts'
import { type DeliverMailDeps, deliverMail } from './deliver-mail.ts'
import type { Mail } from './mail.ts'
import { eventCancelledMail } from './mails/event-cancelled.ts'
import { eventChangedMail } from './mails/event-changed.ts'
import { eventPostponedMail } from './mails/event-postponed.ts'
import type { Recipient } from './recipients.ts'

const BUYERS_PER_STEP = 500

export interface EventMailsDeps extends DeliverMailDeps {
  /** Where the shop's pages are, e.g. `https://tickets.example`. */
  publicUrl: string
  /** What an event is now; undefined when it was deleted. */
  findEventFacts: (eventId: number) => Promise<{ version: number; facts: EventFacts } | undefined>
  /**
   * Users who have tickets for an event, or had them when it was cancelled, by id.
   * @param afterUserId Where the step before ended; 0 to begin.
   */
  findBuyersOf: (eventId: number, afterUserId: number, limit: number) => Promise<number[]>
  findRecipient: (userId: number) => Promise<Recipient | undefined>
}

export function eventMails(deps: EventMailsDeps): Consumer[] {
  const begin = async (tx: Transaction, news: EventNews) => {
    await publish(tx, 'event.news', { news, after_user_id: 0 })
  }
  return [
    consumer({
      topic: 'event.changed',
      name: 'tell-event-changed',
      effects: ({ event_id, change }) =>
        change === undefined
          ? []
          : [newsEffect({ kind: 'changed', event_id, change, refund_until: null })],
      async handle({ news }: { news: EventNews }, tx) {
        await begin(tx, news)
      },
    }),
    consumer({
      topic: 'event.postponed',
      name: 'tell-event-postponed',
      effects: ({ event_id, change, refund_until }) => [
        newsEffect({ kind: 'postponed', event_id, change, refund_until }),
      ],
      async handle({ news }: { news: EventNews }, tx) {
        await begin(tx, news)
      },
    }),
    consumer({
      topic: 'event.cancelled',
      name: 'tell-event-cancelled',
      effects: ({ event_id: eventId }) => [{ id: `event ${eventId}`, data: { eventId } }],
      async handle({ eventId }: { eventId: number }, tx) {
        const found = await deps.findEventFacts(eventId)
        if (found === undefined) return
        const change = { version: found.version, before: found.facts, after: found.facts }
        await begin(tx, { kind: 'cancelled', event_id: eventId, change, refund_until: null })
      },
    }),
    consumer({
      topic: 'event.news',
      name: 'tell-buyers',
      effects: ({ news, after_user_id: afterUserId }) => [
        { id: `${causeOf(news)} after user ${afterUserId}`, data: { news, afterUserId } },
      ],
      async handle({ news, afterUserId }: { news: EventNews; afterUserId: number }, tx) {
        const buyers = await deps.findBuyersOf(news.event_id, afterUserId, BUYERS_PER_STEP)
        const last = buyers.at(-1)
        if (last === undefined) return
        await publish(tx, 'event.news_for', { news, user_ids: buyers })
        if (buyers.length === BUYERS_PER_STEP) {
          await publish(tx, 'event.news', { news, after_user_id: last })
        }
      },
    }),
    consumer({
      topic: 'event.news_for',
      name: 'mail-event-news',
      lane: 'mail',
      effects: ({ news, user_ids }) =>
        user_ids.map((userId) => ({
          id: `${causeOf(news)} user ${userId}`,
          data: { news, userId },
        })),
      async handle({ news, userId }: { news: EventNews; userId: number }, tx) {
        const recipient = await deps.findRecipient(userId)
        if (recipient === undefined) return
        await deliverMail(deps, newsMail(deps, { news, userId, recipient }), tx, userId)
      },
    }),
  ]
}

const newsEffect = (news: EventNews) => ({ id: causeOf(news), data: { news } })

/** Each version of an event is told once. */
const causeOf = ({ event_id, kind, change }: EventNews): string =>
  `event-${event_id}-${kind}-${change.version}`

function newsMail(
  deps: EventMailsDeps,
  told: { news: EventNews; userId: number; recipient: Recipient },
): Mail {
  const { news, userId, recipient } = told
  const { change, refund_until } = news
  const cause = `${causeOf(news)}-user-${userId}`
  switch (news.kind) {
    case 'changed':
      return eventChangedMail({ cause, recipient, change })
    case 'postponed':
      return eventPostponedMail({
        cause,
        recipient,
        change,
        refundUntil: refund_until === null ? undefined : new Date(refund_until),
        ordersUrl: `${deps.publicUrl}/tickets`,
      })
    case 'cancelled':
      return eventCancelledMail({ cause, recipient, event: change.after })
  }
}
