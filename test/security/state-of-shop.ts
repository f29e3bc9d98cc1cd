import type { TestApp } from '../support/app.ts'

/** Tables that callers could change; what the machinery writes by itself is left out. */
const TABLES = [
  ...['users', 'sessions', 'identities', 'events', 'ticket_types', 'event_inventory', 'inventory'],
  ...['orders', 'tickets', 'audit_log', 'pictures'],
]

/** All that a caller could have changed, as one text that is the same when nothing was. */
export async function stateOfShop(app: TestApp): Promise<string> {
  const columns = TABLES.map((name) => `(select jsonb_agg(t order by t) from ${name} t) ${name}`)
  const [row] = await app.db.query<{ state: string }>(
    `select md5(s::text) as state from (select ${columns.join(', ')}) s`,
  )
  return row?.state ?? ''
}
