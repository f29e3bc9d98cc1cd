import type { Queryable, Transaction } from '../../platform/postgres.ts'
import type { Mail } from './confirmation-mail.ts'

export interface StoredMail extends Mail {
  id: number
  createdAt: Date
}

interface MailRow {
  id: number
  message_id: string
  to_address: string
  subject: string
  body_text: string
  body_html: string
  created_at: Date
}

/** Puts a mail into the mailbox; one that is there already stays as it is. */
export async function storeMail(tx: Transaction, mail: Mail): Promise<void> {
  await tx.query(
    `insert into mails (message_id, to_address, subject, body_text, body_html)
       values ($1, $2, $3, $4, $5) on conflict (message_id) do nothing`,
    [mail.messageId, mail.to, mail.subject, mail.text, mail.html],
  )
}

/** The newest mails, for the mailbox page. */
export async function findMails(db: Queryable, limit: number): Promise<StoredMail[]> {
  const rows = await db.query<MailRow>(
    `select id, message_id, to_address, subject, body_text, body_html, created_at
       from mails order by id desc limit $1`,
    [limit],
  )
  return rows.map((row) => ({
    id: row.id,
    messageId: row.message_id,
    to: row.to_address,
    subject: row.subject,
    text: row.body_text,
    html: row.body_html,
    createdAt: row.created_at,
  }))
}
