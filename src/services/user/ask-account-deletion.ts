import { randomUUID } from 'node:crypto'
import { AppError } from '../../kernel/errors.ts'
import type { Database } from '../../platform/postgres.ts'
import { publish } from '../../platform/outbox/publish.ts'
import { type MailLimits, takeMail } from './mail-limits.ts'
import { findUser } from './users.sql.ts'

/**
 * Has a link sent to the owner of an account that has no password, with which they can show that it
 * is they who delete it. An account that has a password gets none.
 * @throws AppError `unauthenticated`, `rate_limited`
 */
export async function askAccountDeletion(
  deps: { db: Database; mailLimits: MailLimits },
  command: { userId: number; address: string | undefined },
): Promise<void> {
  const user = await findUser(deps.db, command.userId)
  if (user === undefined) throw new AppError('unauthenticated')
  if (user.passwordHash !== null) return
  takeMail(deps.mailLimits, { countedAs: `deletion ${user.id}`, address: command.address })
  await deps.db.transaction(async (tx) => {
    await publish(tx, 'user.deletion_asked', { user_id: user.id, request: randomUUID() })
  })
}
