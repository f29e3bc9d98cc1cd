/** The stock of events, for whoever creates and changes them. */
import { AppError } from '../../kernel/errors.ts'
import type { Transaction } from '../../platform/postgres.ts'

export interface Capacity {
  eventId: number
  capacity: number
  types: { ticketTypeId: number; capacity: number }[]
}

/** What the event service needs for the stock of its events. */
export interface TicketingStock {
  setCapacity: (tx: Transaction, event: Capacity) => Promise<void>
  lock: (tx: Transaction, eventId: number) => Promise<void>
  hasOrders: (tx: Transaction, eventId: number) => Promise<boolean>
}

/** Takes the lock of the event's sale: no purchase runs until the transaction ends. */
export async function lockStock(tx: Transaction, eventId: number): Promise<void> {
  await tx.query('select 1 from event_inventory where event_id = $1 for update', [eventId])
}

/**
 * Makes the stock of a new event, or changes the capacities of one.
 * @throws AppError `invalid_value` when a capacity is below what is held and sold.
 */
export async function setCapacity(tx: Transaction, event: Capacity): Promise<void> {
  await lockStock(tx, event.eventId)
  const taken = await tx.query<{ ticket_type_id: number | null; taken: number }>(
    `select null::bigint as ticket_type_id, held + sold as taken
       from event_inventory where event_id = $1
     union all
     select ticket_type_id, held + sold from inventory where event_id = $1`,
    [event.eventId],
  )
  for (const row of taken) {
    const wanted =
      row.ticket_type_id === null
        ? event.capacity
        : event.types.find((type) => type.ticketTypeId === row.ticket_type_id)?.capacity
    if (wanted !== undefined && wanted < row.taken) {
      throw new AppError('invalid_value', {
        field: row.ticket_type_id === null ? 'total_tickets' : 'ticket_types',
        detail: `${row.taken} tickets are sold or held already, so there cannot be only ${wanted}.`,
      })
    }
  }
  await tx.query(
    `insert into event_inventory (event_id, capacity) values ($1, $2)
       on conflict (event_id) do update set capacity = excluded.capacity`,
    [event.eventId, event.capacity],
  )
  await tx.query(
    `insert into inventory (ticket_type_id, event_id, capacity)
       select t.id, $1, t.capacity from unnest($2::bigint[], $3::integer[]) as t(id, capacity)
       on conflict (ticket_type_id) do update set capacity = excluded.capacity`,
    [
      event.eventId,
      event.types.map((type) => type.ticketTypeId),
      event.types.map((type) => type.capacity),
    ],
  )
}
