import type { Transaction } from '../../platform/postgres.ts'

/** What events need to know and decide about their stock; ticketing owns it. */
export interface Stock {
  /**
   * Makes the stock of a new event, or changes the capacities of one.
   * @throws AppError `invalid_value` when a capacity is below what is held and sold.
   */
  setCapacity: (
    tx: Transaction,
    event: {
      eventId: number
      capacity: number
      types: { ticketTypeId: number; capacity: number }[]
    },
  ) => Promise<void>
  /** Takes the lock of the event's sale: no purchase runs until the transaction ends. */
  lock: (tx: Transaction, eventId: number) => Promise<void>
  /** Whether any order of any status exists. Asked under the lock. */
  hasOrders: (tx: Transaction, eventId: number) => Promise<boolean>
}
