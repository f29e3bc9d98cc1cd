import { invariant } from '../../kernel/invariant.ts'
import type { Queryable } from '../../platform/postgres.ts'

/** What this shop is called at the payment provider; it stays with the database. */
export async function readShopId(db: Queryable): Promise<string> {
  const [row] = await db.query<{ id: string }>('select id from shop')
  invariant(row !== undefined, 'the migrations give the shop an id')
  return row.id
}
