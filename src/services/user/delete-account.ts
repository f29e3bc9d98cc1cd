import { randomUUID } from 'node:crypto'
import { AppError } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit.ts'
import type { PersonalData, ReasonToStay, Ties } from '../../platform/personal-data.ts'
import type { Database, Transaction } from '../../platform/postgres.ts'
import { publish } from '../../platform/outbox/publish.ts'
import type { CheckPasswordDeps } from './check-password.ts'
import { anonymizeUser, lockLeavingUser } from './leaving-users.sql.ts'
import { requirePassword } from './require-password.ts'
import { deadToken, userTokenHash } from './user-tokens.ts'
import { useToken } from './user-tokens.sql.ts'
import { type User, type UserWithPassword, findUser } from './users.sql.ts'

export interface DeleteAccountDeps extends CheckPasswordDeps {
  db: Database
  audit: Audit
  onRevoked: (user: User) => void
  /** Of every service. */
  personalData: readonly PersonalData[]
}

export interface DeleteAccountCommand {
  userId: number
  /** The password; or, where there is none, the token of a mail to the address of the account. */
  proof: { currentPassword: string } | { token: string }
  /** That tickets for events ahead stay good by their codes, but cannot be shown here any more. */
  acceptsLosingSight?: boolean | undefined
  requestId?: string | undefined
}

/**
 * Forgets a person. What was bought and sold stays, as that of nobody in particular. In one
 * transaction, so that they are either still there or gone everywhere; every session and access
 * token ends with it, and the address is free for a new account.
 * @throws AppError `account_in_use` with `reasons`; `confirmation_needed` with `upcoming_tickets`;
 * `invalid_value` for a wrong password, or a token that is not good for this account or no longer;
 * `unauthenticated`, `rate_limited`, `precondition_failed`.
 */
export async function deleteAccount(
  deps: DeleteAccountDeps,
  command: DeleteAccountCommand,
): Promise<void> {
  const { userId, proof } = command
  const checked = await findUser(deps.db, userId)
  if (checked === undefined) throw new AppError('unauthenticated')
  if ('currentPassword' in proof) await requirePassword(deps, checked, proof.currentPassword)

  const gone = await deps.db.transaction(async (tx) => {
    const user = await lockLeavingUser(tx, userId)
    if (user === undefined) throw new AppError('unauthenticated')
    if (user.suspendedAt !== null) throw new AppError('account_suspended')
    if (user.passwordHash !== checked.passwordHash) throw new AppError('precondition_failed')
    if ('token' in proof) await requireToken(tx, user, proof.token)
    refuseWhileTied(
      await tiesIn(tx, deps.personalData, userId),
      command.acceptsLosingSight ?? false,
    )
    for (const { forget } of deps.personalData) await forget?.(tx, userId)

    const { email, language } = user
    await publish(tx, 'user.deleted', { email, language, request: randomUUID() })
    await deps.audit(tx, {
      actorId: userId,
      action: 'user.deleted',
      subjectType: 'user',
      subjectId: userId,
      requestId: command.requestId,
    })
    return await anonymizeUser(tx, userId)
  })
  deps.onRevoked(gone)
}

/** Who has a password shows that: a link is for an account that has none. */
async function requireToken(tx: Transaction, user: UserWithPassword, token: string): Promise<void> {
  const used = {
    kind: 'account_deletion',
    tokenHash: userTokenHash(token),
    userId: user.id,
  } as const
  if (user.passwordHash !== null || !(await useToken(tx, used))) throw deadToken()
}

/** What would be in the way of leaving now, for who thinks about it. */
export async function findTies(
  deps: Pick<DeleteAccountDeps, 'db' | 'personalData'>,
  userId: number,
): Promise<Ties[]> {
  return await deps.db.transaction(async (tx) => await tiesIn(tx, deps.personalData, userId))
}

async function tiesIn(
  tx: Transaction,
  parts: readonly PersonalData[],
  userId: number,
): Promise<Ties[]> {
  const ties: Ties[] = []
  for (const part of parts) ties.push(...((await part.findTies?.(tx, userId)) ?? []))
  return ties
}

const ADVICE: Record<Exclude<ReasonToStay, 'tickets_ahead'>, string> = {
  open_orders: 'Tickets are held for you: pay for them, or give them back.',
  payments_under_way: 'A payment of yours is under way: wait until it is settled.',
  events_ahead: 'You have events ahead: cancel or delete them.',
  last_admin: 'You are the only admin: make somebody else one.',
}

function refuseWhileTied(ties: readonly Ties[], acceptsLosingSight: boolean): void {
  const reasons = ties.map(({ reason }) => reason).filter((reason) => reason !== 'tickets_ahead')
  if (reasons.length > 0) {
    throw new AppError('account_in_use', {
      detail: reasons.map((reason) => ADVICE[reason]).join(' '),
      extra: { reasons },
    })
  }
  const ahead = ties.find(({ reason }) => reason === 'tickets_ahead')
  if (ahead !== undefined && !acceptsLosingSight) {
    throw new AppError('confirmation_needed', {
      field: 'accepts_losing_sight',
      extra: { upcoming_tickets: ahead.count },
    })
  }
}
