import type { Queryable, Transaction } from '../../platform/postgres.ts'
import type { Mail } from './mail.ts'

export interface StoredMail extends Omit<Mail, 'pictures'> {
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

/**
 * Puts a mail into the mailbox, its pictures in its HTML; one that is there already stays as it is.
 * Nothing is kept for a user who has deleted the account meanwhile.
 * @param userId Whom it is written to; null for somebody who has no account any more.
 */
export async function storeMail(tx: Transaction, mail: Mail, userId: number | null): Promise<void> {
  await tx.query(
    `with reader as (select from live_users where user_id = $6 for key share)
     insert into mails (message_id, to_address, subject, body_text, body_html, user_id)
       select $1, $2, $3, $4, $5, $6 where $6::bigint is null or exists (select from reader)
       on conflict (message_id) do nothing`,
    [mail.messageId, mail.to, mail.subject, mail.text, htmlWithPictures(mail), userId],
  )
}

/** The mails of a user, for themselves. */
export async function findMailsOf(db: Queryable, userId: number): Promise<object[]> {
  return await db.query(
    `select to_address, subject, body_text, created_at from mails where user_id = $1 order by id`,
    [userId],
  )
}

export async function deleteMailsOf(tx: Transaction, userId: number): Promise<void> {
  await tx.query('delete from mails where user_id = $1', [userId])
}

/** A browser finds no pictures beside a mail, so they are put where they are shown. */
function htmlWithPictures({ html, pictures }: Mail): string {
  let whole = html
  for (const { cid, png } of pictures) {
    // A quotation mark that somebody typed is written as an entity, so this is never their text.
    whole = whole.replace(
      `src="cid:${cid}"`,
      `src="data:image/png;base64,${png.toString('base64')}"`,
    )
  }
  return whole
}

/** The newest mails, for the mailbox page. */
export async function findMails(db: Queryable, limit: number): Promise<StoredMail[]> {
  const rows = await db.query<MailRow>(`select ${COLUMNS} from mails order by id desc limit $1`, [
    limit,
  ])
  return rows.map(mailOfRow)
}

export async function findMail(db: Queryable, id: number): Promise<StoredMail | undefined> {
  const rows = await db.query<MailRow>(`select ${COLUMNS} from mails where id = $1`, [id])
  return rows[0] && mailOfRow(rows[0])
}

const COLUMNS = 'id, message_id, to_address, subject, body_text, body_html, created_at'

const mailOfRow = (row: MailRow): StoredMail => ({
  id: row.id,
  messageId: row.message_id,
  to: row.to_address,
  subject: row.subject,
  text: row.body_text,
  html: row.body_html,
  createdAt: row.created_at,
})
