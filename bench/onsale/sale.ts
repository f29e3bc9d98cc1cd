/** Puts the event of the rush on sale. */
import { StartupError } from '../../src/kernel/startup-error.ts'
import type { Database } from '../../src/platform/postgres.ts'
import type { Account } from './accounts.ts'
import type { Api } from './api.ts'
import type { Sale } from './check-promises.ts'
import { EARLY_MS } from './crowd.ts'
import { HOLD_SECONDS, MAX_PER_USER, PRICE_CENTS } from './options.ts'

/** From publishing the event to the first who look at it. */
const LEAD_MS = 1_000
const DAY_MS = 86_400_000

export async function openSale(options: {
  api: Api
  organizer: Account
  tickets: number
  /** Whose clock opens the sale; undefined trusts this machine's. */
  db: Database | undefined
}): Promise<{ sale: Sale; opensAt: number }> {
  const { api, organizer, tickets, db } = options
  const clock = await db?.query<{ now: Date }>('select clock_timestamp() as now')
  // Read after the answer came, so that the rush never begins before the shop's clock opens it.
  const ahead = EARLY_MS + LEAD_MS
  const opensAt = performance.now() + ahead
  const now = clock?.[0]?.now.getTime() ?? Date.now()
  const event = await api.post<{ id: number }>(
    '/events',
    {
      name: 'On-sale rehearsal',
      description: 'Everybody comes at once.',
      venue: 'Everywhere',
      event_date: new Date(now + 30 * DAY_MS).toISOString(),
      ticket_price: PRICE_CENTS / 100,
      total_tickets: tickets,
      max_per_user: MAX_PER_USER,
      on_sale_at: new Date(now + ahead).toISOString(),
    },
    organizer.token,
  )
  const sale = {
    eventId: event.id,
    capacity: tickets,
    maxPerUser: MAX_PER_USER,
    priceCents: PRICE_CENTS,
  }
  if (db !== undefined) {
    await requireSameShop(db, sale, organizer)
    await db.query('update events set hold_seconds = $2 where id = $1', [event.id, HOLD_SECONDS])
  }
  return { sale, opensAt }
}

/** An audit of another shop's database would find whatever it likes. */
async function requireSameShop(db: Database, sale: Sale, organizer: Account): Promise<void> {
  const rows = await db.query('select 1 from events where id = $1 and created_by = $2', [
    sale.eventId,
    organizer.userId,
  ])
  if (rows.length === 0) throw new StartupError('DATABASE_URL is not the database of this shop.')
}
