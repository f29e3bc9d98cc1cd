import { randomUUID } from 'node:crypto'
import { AppError } from '../../kernel/errors.ts'
import type { Database, Transaction } from '../../platform/postgres.ts'
import { publish } from '../../platform/outbox/publish.ts'
import { type MailLimits, takeMail } from './mail-limits.ts'
import { findUser } from './users.sql.ts'

/**
 * Has the mail sent again that proves an address; one that is proved already gets none.
 * @throws AppError `unauthenticated`, `rate_limited`
 */
export async function askVerification(
  deps: { db: Database; mailLimits: MailLimits },
  command: { userId: number; address: string | undefined },
): Promise<void> {
  const user = await findUser(deps.db, command.userId)
  if (user === undefined) throw new AppError('unauthenticated')
  if (user.emailVerifiedAt !== null) return
  takeMail(deps.mailLimits, { countedAs: `verify ${user.id}`, address: command.address })
  await deps.db.transaction(async (tx) => {
    await publishVerification(tx, user.id)
  })
}

/** Orders the mail, in the transaction that makes it necessary. */
export async function publishVerification(tx: Transaction, userId: number): Promise<void> {
  await publish(tx, 'user.verification_asked', { user_id: userId, request: randomUUID() })
}
