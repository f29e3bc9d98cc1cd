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

/** Puts a mail into the mailbox, its pictures in its HTML; one that is there already stays as it is. */
export async function storeMail(tx: Transaction, mail: Mail): Promise<void> {
  await tx.query(
    `insert into mails (message_id, to_address, subject, body_text, body_html)
       values ($1, $2, $3, $4, $5) on conflict (message_id) do nothing`,
    [mail.messageId, mail.to, mail.subject, mail.text, htmlWithPictures(mail)],
  )
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
