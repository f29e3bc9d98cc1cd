/** What admins may do about messages that were given up. */
import { AppError } from '../../kernel/errors.ts'
import type { Database, Transaction } from '../../platform/postgres.ts'
import {
  type DeadLetter,
  dropDeadLetter as drop,
  replayDeadLetter as replay,
} from '../../platform/outbox/dead-letters.ts'
import { writeAuditEntry } from './write-audit-entry.ts'

export interface DeadLetterCommand {
  id: number
  /** The admin. */
  actorId: number
  requestId: string
}

/**
 * Has the effect of a dead letter tried again, as often as a new one.
 * @throws AppError `not_found` when it is gone.
 */
export async function replayDeadLetter(db: Database, command: DeadLetterCommand): Promise<void> {
  await audited(db, command, 'dead_letter.replayed', replay)
}

/**
 * Gives the effect of a dead letter up for good.
 * @throws AppError `not_found` when it is gone.
 */
export async function dropDeadLetter(db: Database, command: DeadLetterCommand): Promise<void> {
  await audited(db, command, 'dead_letter.dropped', drop)
}

async function audited(
  db: Database,
  { id, actorId, requestId }: DeadLetterCommand,
  action: string,
  act: (tx: Transaction, id: number) => Promise<DeadLetter | undefined>,
): Promise<void> {
  await db.transaction(async (tx) => {
    const letter = await act(tx, id)
    if (letter === undefined) throw new AppError('not_found')
    const { consumer, effect } = letter
    await writeAuditEntry(tx, {
      ...{ actorId, action, subjectType: 'dead_letter', subjectId: id, requestId },
      before: { consumer, effect },
    })
  })
}
