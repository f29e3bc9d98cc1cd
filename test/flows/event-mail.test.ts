/** What becomes of an event is told to everybody who has tickets for it, each once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import type { EventChange } from '../../src/contracts/messages.ts'
import { startJobRunners } from '../../src/platform/outbox/jobs.ts'
import { publish } from '../../src/platform/outbox/publish.ts'
import { startRelay } from '../../src/platform/outbox/relay.ts'
import { Database } from '../../src/platform/postgres.ts'
import { refundMails } from '../../src/services/notification/refund-mails.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'
import { EVENTS, startEventShop } from '../support/event-api.ts'
import { mailTo, mailsTo, until, untilAllIsDone } from '../support/mailbox.ts'
import { createSale } from '../support/sale.ts'

const FACTS = {
  ...{ name: 'Rock Night', venue: 'City Arena', city: 'Vienna' },
  ...{ event_date: '2030-06-01T18:00:00.000Z', timezone: 'Europe/Vienna' },
}
const CHANGE: EventChange = {
  version: 7,
  before: FACTS,
  after: { ...FACTS, event_date: '2030-09-14T18:30:00.000Z' },
}

/** Confirmed orders of so many buyers, every third of whom has two. @returns The users. */
async function sellTo(app: TestApp, eventId: number, buyers: number): Promise<number[]> {
  const users = await app.db.query<{ id: number }>(
    `insert into users (name, email, password_hash)
       select 'Fan ' || n, 'fan-' || $2::bigint || '-' || n || '@shop.example', 'none'
         from generate_series(1, $1::integer) n returning id`,
    [buyers, eventId],
  )
  const ids = users.map(({ id }) => id)
  for (const owners of [ids, ids.filter((_, n) => n % 3 === 0)]) {
    await app.db.query(
      `with placed as (
         insert into orders (id, user_id, event_id, ticket_type_id, quantity, total_price, status,
                             confirmed_at)
           select (select coalesce(max(id), 0) from orders) + row_number() over (), u,
                  $2::bigint, (select id from ticket_types where event_id = $2), 1, 75, 'CONFIRMED',
                  now()
             from unnest($1::bigint[]) u returning id)
       insert into tickets (id, order_id, event_id, ticket_code)
         select id, id, $2, 'TCK-' || id from placed`,
      [owners, eventId],
    )
  }
  return ids
}

async function tell(app: TestApp, body: (tx: Parameters<typeof publish>[0]) => Promise<void>) {
  await app.db.transaction(body)
}

const idsOf = async (app: TestApp, like: string): Promise<string[]> =>
  (await app.db.query<{ message_id: string }>('select message_id from mails where message_id like $1 order by id', [like])).map((mail) => mail.message_id) // prettier-ignore

test('of a postponed event every ticket holder hears once, however many and however often they bought', async () => {
  await using app = await startApp()
  const { eventId } = await createSale(app.db, { capacity: 2_000 })
  const { eventId: otherEvent } = await createSale(app.db, { capacity: 10 })
  // More than two steps take, and one who has no ticket any more.
  const buyers = await sellTo(app, eventId, 1_200)
  await sellTo(app, otherEvent, 5)
  const [gone, ...told] = buyers
  await app.db.query(
    `update tickets set voided_at = now()
      where order_id in (select id from orders where user_id = $1)`,
    [gone],
  )
  await app.db.query(`update users set language = 'de' where id = $1`, [told[0]])
  await tell(app, async (tx) => {
    await publish(tx, 'event.postponed', {
      event_id: eventId,
      change: CHANGE,
      refund_until: '2030-07-01T10:00:00.000Z',
    })
  })
  await until('all have a mail', async () => (await idsOf(app, '%postponed%')).length >= told.length) // prettier-ignore
  await untilAllIsDone(app.db)
  const expected = told.map((id) => `<event-${eventId}-postponed-7-user-${id}@boxoffice.example>`)
  assert.deepEqual((await idsOf(app, '%')).sort(), expected.sort())

  const german = await mailTo(app.db, `fan-${eventId}-2@shop.example`, `event-${eventId}-postponed`)
  assert.equal(german.subject, 'Neuer Termin für Rock Night')
  for (const part of [german.body_text, german.body_html]) {
    for (const fact of ['1. Juni 2030', '14. September 2030, 20:30', '1. Juli 2030, 12:00']) {
      assert.ok(part.includes(fact), `${fact} in ${part}`)
    }
  }
})

test('of a cancelled event those hear whose tickets ended with it, and those who still have them', async () => {
  await using app = await startApp()
  const { eventId } = await createSale(app.db, { capacity: 100 })
  const [refunding, waiting, earlier] = await sellTo(app, eventId, 3)
  const cancelOrders = async (userId: number | undefined, reason: string) => {
    await app.db.query(
      `update tickets set voided_at = now() where order_id in (select id from orders where user_id = $1)`,
      [userId],
    )
    await app.db.query(`update orders set status = 'CANCELLED', reason = $2 where user_id = $1`, [
      userId,
      reason,
    ])
  }
  await cancelOrders(refunding, 'event_cancelled')
  await cancelOrders(earlier, 'refunded')
  await tell(app, async (tx) => {
    await publish(tx, 'event.cancelled', { event_id: eventId })
  })
  await until('both have a mail', async () => (await idsOf(app, '%cancelled%')).length >= 2)
  await untilAllIsDone(app.db)
  const ids = (await idsOf(app, '%')).map((id) => Number(/-user-(\d+)@/.exec(id)?.[1]))
  assert.deepEqual(ids.sort(), [refunding, waiting].sort())
  const mail = await mailTo(app.db, `fan-${eventId}-2@shop.example`, `event-${eventId}-cancelled`)
  assert.equal(mail.subject, 'Cancelled: Rock Night')
})

test('a change is told when ticket holders have to know, with what it was before', async () => {
  await using shop = await startEventShop()
  const { app } = shop
  const event = await shop.create({ timezone: 'Europe/Vienna' })
  // Sold beside the shop: it takes no such change once it has sold.
  const change = async (body: object) => {
    const answer = await shop.call({ method: 'PATCH', url: `${EVENTS}/${event.id}`, by: shop.organizer, body }) // prettier-ignore
    assert.equal(answer.status, 200, answer.body)
  }
  // Keeps what is published, as a relay would see it.
  await app.db.query(
    `create table kept (id bigint, topic text, payload jsonb);
     create function keep() returns trigger language plpgsql as
       $$ begin insert into kept values (new.id, new.topic, new.payload); return new; end $$;
     create trigger keep before insert on outbox for each row execute function keep();`,
  )
  await change({ description: 'Louder than ever' })
  await change({ venue: 'Old Town Hall', event_date: '2035-12-11T20:00:00Z' })
  const [quiet, told] = (await app.db.query<{ payload: { change?: EventChange } }>(`select payload from kept where topic = 'event.changed' order by id`)).map(({ payload }) => payload.change) // prettier-ignore
  assert.equal(quiet, undefined)
  assert.deepEqual(
    [told?.before.venue, told?.after.venue, told?.before.event_date, told?.after.event_date],
    ['City Arena', 'Old Town Hall', '2035-12-10T20:00:00.000Z', '2035-12-11T20:00:00.000Z'],
  )

  await sellTo(app, event.id, 1)
  await tell(app, async (tx) => {
    assert.ok(told !== undefined, 'a change')
    await publish(tx, 'event.changed', { event_id: event.id, change: told })
  })
  const email = `fan-${event.id}-1@shop.example`
  const mail = await mailTo(app.db, email, `event-${event.id}-changed-${told?.version ?? 0}`)
  for (const fact of ['City Arena → Old Town Hall', '21:00 (UTC+1)']) {
    assert.ok(mail.body_text.includes(fact), `${fact} in ${mail.body_text}`)
  }
  // A message without a change is told nobody.
  await tell(app, async (tx) => {
    await publish(tx, 'event.changed', { event_id: event.id })
  })
  await untilAllIsDone(app.db)
  assert.equal((await mailsTo(app.db, email)).length, 1)
})

test('a payment that goes back is told, and why', async () => {
  await using app = await startApp()
  const { eventId } = await createSale(app.db, { capacity: 10 })
  await sellTo(app, eventId, 1)
  const [order] = await app.db.query<{ id: number }>(
    `update orders set status = 'CANCELLED', reason = 'expired' where event_id = $1 and quantity = 1
      returning id`,
    [eventId],
  )
  const id = order?.id ?? 0
  await tell(app, async (tx) => {
    await publish(tx, 'payments.returned', { event_id: eventId, order_ids: [id] })
  })
  const mail = await mailTo(app.db, `fan-${eventId}-1@shop.example`, `order-${id}-returned@`)
  assert.ok(mail.body_text.includes('€75.00'), mail.body_text)
  assert.ok(mail.body_text.includes('no others were left'), mail.body_text)
})

test('a refund that has left is told once, with its amount and its tickets', async () => {
  await using database = await createDatabase()
  await using db = new Database({
    connection: database.connection,
    name: 'test',
    connectionsMax: 8,
  })
  const [buyer] = await db.query<{ id: number }>(
    `insert into users (name, email) values ('Alice', 'alice@shop.example') returning id`,
  )
  const buyerId = buyer?.id ?? 0
  const consumers = refundMails({
    sendMail: undefined,
    neverSendTo: new Set(),
    findRefund: async (refundId) =>
      await Promise.resolve({
        ...{ refundId, orderId: 12, amountCents: 7_500, ticketCodes: ['TCK-ABC123'] },
        buyer: { id: buyerId, name: 'Alice', email: 'alice@shop.example', language: 'en' },
        event: { ...FACTS, startsAt: new Date(FACTS.event_date), currency: 'EUR' },
      }),
  })
  await db.transaction(async (tx) => {
    // Said twice by mistake, it is one mail all the same.
    await publish(tx, 'refunds.succeeded', { event_id: 1, refund_ids: [4, 4] })
  })
  const options = { db, consumers, logger: pino({ level: 'silent' }) }
  await using runners = startJobRunners({ ...options, isBusy: () => false })
  await using _relay = startRelay({ ...options, onJobs: runners.wake })
  const mail = await mailTo(db, 'alice@shop.example', 'refund-4@')
  assert.ok(mail.body_text.includes('€75.00') && mail.body_text.includes('TCK-ABC123'), mail.body_text) // prettier-ignore
  await untilAllIsDone(db)
  assert.equal((await mailsTo(db, 'alice@shop.example')).length, 1)
})
