import type { SendMail } from '../../platform/mail.ts'
import type { Transaction } from '../../platform/postgres.ts'
import type { Mail } from './mail.ts'
import { storeMail } from './mails.sql.ts'

export interface DeliverMailDeps {
  /** Sends for real; undefined keeps every mail in the mailbox. */
  sendMail: SendMail | undefined
  /** Lower-case addresses whose mail stays in the mailbox: those of the sample accounts. */
  neverSendTo: ReadonlySet<string>
}

/**
 * Sends a mail, or puts it into the mailbox; called in the transaction of the job that made it.
 * @param userId Whom it is written to; null for somebody who has no account any more.
 */
export async function deliverMail(
  deps: DeliverMailDeps,
  mail: Mail,
  tx: Transaction,
  userId: number | null,
): Promise<void> {
  if (deps.sendMail === undefined || deps.neverSendTo.has(mail.to.toLowerCase())) {
    await storeMail(tx, mail, userId)
  } else {
    await deps.sendMail(mail)
  }
}
