/**
 * Messages that nothing can be done about: one that is no such message, one whose job always fails,
 * and one whose job kills the process that does it. They end as dead letters and hold up nobody.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { TRIES_MAX } from '../../../src/platform/outbox/jobs.ts'
import type { Database } from '../../../src/platform/postgres.ts'
import type { Fault, FaultContext } from '../fault.ts'

const POLL_MS = 50
const WAIT_MS = 90_000
/** With a wide margin: what is not poisoned waits seconds, not for the end of a lease. */
const MAIL_DELAY_SECONDS = 15
/** Payloads of `orders.placed` as another version, or a mistake, might write them. */
const MALFORMED = [{}, { version: 99, orders: [1] }, { event_id: 1, order_ids: 'all of them' }]
const KILLER = 'poison that kills'

export const poison = (): Fault => {
  const deadLetters: string[] = []
  let deaths = 0
  return {
    id: 'F13',
    title: 'poisoned messages',
    // A worker that dies of one leaves the rest to the other.
    stage: { workers: 2 },
    seconds: 60,
    concessions: {
      mailsMayRepeat: true,
      mailDelaySeconds: MAIL_DELAY_SECONDS,
      // What another runner of a killed process was at waits for the end of its lease.
      lateMails: () => deaths,
      deadLetters: () => deadLetters,
    },
    async run(context) {
      const { db } = context.stage.database
      const orderId = await mailedOrder(context)
      for (const payload of MALFORMED) {
        const [row] = await db.query<{ id: number }>(
          `insert into outbox (topic, payload) values ('orders.placed', $1) returning id`,
          [payload],
        )
        deadLetters.push(`mail-confirmation/message ${row?.id ?? 0}`)
        context.landed('wrote a message that is none')
      }
      await db.query(
        `insert into outbox (topic, payload) values ('orders.placed', '{"event_id": 1, "order_ids": ["none"]}')`,
      )
      deadLetters.push('mail-confirmation/order none')
      context.landed('wrote a message whose job fails')
      deaths = await killByJob(context, orderId)
      deadLetters.push(`mail-confirmation/${KILLER}`)
      context.healed()
    },
  }
}

/**
 * A job that never ends well: when its mail arrives at the mail server, its worker is killed.
 * @returns How many times.
 */
async function killByJob(context: FaultContext, orderId: number): Promise<number> {
  const { stage } = context
  const { db } = stage.database
  const messageId = `<order-${orderId}-confirmation@boxoffice.example>`
  const dying = new Set<Promise<void>>()
  stage.mail.hold(messageId, (name) => {
    const worker = stage.workers.find((each) => each.name === name)
    if (worker === undefined) return
    const death = (async () => {
      await worker.kill()
      context.landed(`${name} was killed by its job`)
      await worker.start()
      context.healed()
    })()
    dying.add(death)
  })
  await db.query(`insert into jobs (consumer, effect) values ('mail-confirmation', $1)`, [
    { id: KILLER, data: { orderId } },
  ])
  // Waited for also when the time is over: what is left of it would not come to rest.
  await within(async () => {
    await Promise.all(dying)
    // Nobody has to wait here for the leases of the dead, nor in the queue.
    await db.query(
      `update jobs set run_at = created_at where effect ->> 'id' = $1 and tries between 1 and $2`,
      [KILLER, dying.size],
    )
    return await isDead(db)
  })
  await Promise.all(dying)
  stage.mail.letGo(messageId)
  return dying.size
}

async function isDead(db: Database): Promise<boolean> {
  const rows = await db.query(`select 1 from jobs where effect ->> 'id' = $1 and tries >= $2 and run_at <= now()`, [KILLER, TRIES_MAX]) // prettier-ignore
  return rows.length > 0
}

/** An order whose own mail has arrived already. */
async function mailedOrder(context: FaultContext): Promise<number> {
  let orderId = 0
  await within(async () => {
    const [row] = await context.stage.database.db.query<{ id: number }>(
      `select o.id from orders o
        where o.status = 'CONFIRMED'
          and not exists (select 1 from jobs j where (j.effect ->> 'id') = 'order ' || o.id)
          and not exists (select 1 from outbox b where b.payload -> 'order_ids' @> to_jsonb(o.id))
        order by o.id limit 1`,
    )
    orderId = row?.id ?? 0
    return row !== undefined
  })
  return orderId
}

/** @throws When it does not become so: then there was no fault, and the run is invalid. */
async function within(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('the poison did not work')
    await sleep(POLL_MS)
  }
}
