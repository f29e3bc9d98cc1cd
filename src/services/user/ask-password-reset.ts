import { randomUUID } from 'node:crypto'
import type { Database } from '../../platform/postgres.ts'
import { publish } from '../../platform/outbox/publish.ts'
import { readEmail } from './account-rules.ts'
import { type MailLimits, takeMail } from './mail-limits.ts'
import { findUserByEmail } from './users.sql.ts'

/**
 * Has a link to a new password sent to an address, if it is somebody's. Whether it is shows neither
 * in the answer nor in the work: a message is written for every address.
 * @throws AppError `rate_limited`
 */
export async function askPasswordReset(
  deps: { db: Database; mailLimits: MailLimits },
  command: { email: string; address: string | undefined },
): Promise<void> {
  const email = readEmail(command.email) ?? ''
  takeMail(deps.mailLimits, {
    // By what was typed: counting accounts would tell that there is one.
    countedAs: `reset ${email.toLowerCase()}`,
    address: command.address,
  })
  const user = await findUserByEmail(deps.db, email)
  await deps.db.transaction(async (tx) => {
    await publish(tx, 'user.password_reset_asked', {
      user_id: user?.id ?? null,
      request: randomUUID(),
    })
  })
}
