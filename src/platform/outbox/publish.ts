import type { Messages, Topic } from '../../contracts/messages.ts'
import type { Transaction } from '../postgres.ts'

/** Writes a message in the transaction that causes it; it exists if and only if that commits. */
export async function publish<T extends Topic>(
  tx: Transaction,
  topic: T,
  payload: Messages[T],
): Promise<void> {
  await tx.query('insert into outbox (topic, payload) values ($1, $2)', [
    topic,
    JSON.stringify(payload),
  ])
}
