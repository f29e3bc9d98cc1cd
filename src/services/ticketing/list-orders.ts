/** A page of the orders of one buyer, the newest first. */
import { type Page, cursorCodec, cutPage } from '../../platform/http/pages.ts'
import type { Queryable } from '../../platform/postgres.ts'
import { type Order, findOrdersOf } from './orders.sql.ts'

const position = cursorCodec('time', 'integer')

/** @throws AppError `invalid_request` for a cursor that is none. */
export async function listOrders(
  db: Queryable,
  userId: number,
  { limit, cursor }: { limit: number; cursor: string | undefined },
): Promise<Page<Order>> {
  const after = cursor === undefined ? undefined : position.decode(cursor)
  const rows = await findOrdersOf(db, userId, { limit: limit + 1, after })
  return cutPage(rows, limit, (last) => position.encode(last.position))
}
