/** What arrives in the mailbox of a shop that sends no mail. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '../../src/platform/postgres.ts'

export interface StoredMail {
  id: number
  message_id: string
  to_address: string
  subject: string
  body_text: string
  body_html: string
}

export async function mailsTo(db: Queryable, email: string): Promise<StoredMail[]> {
  return await db.query<StoredMail>('select * from mails where to_address = $1 order by id', [
    email,
  ])
}

/** Waits for a mail whose message id begins like this. */
export async function mailTo(db: Queryable, email: string, cause: string): Promise<StoredMail> {
  let found: StoredMail | undefined
  await until(`a mail ${cause} to ${email}`, async () => {
    found = (await mailsTo(db, email)).find((mail) => mail.message_id.startsWith(`<${cause}`))
    return found !== undefined
  })
  return found as StoredMail
}

/** The token of the link in a mail; both parts have the same. */
export function tokenIn(mail: StoredMail): string {
  const token = /\?token=([\w-]+)/.exec(mail.body_text)?.[1]
  assert.ok(token !== undefined, `a link in ${mail.body_text}`)
  assert.ok(mail.body_html.includes(`?token=${token}"`), 'the same link in the HTML')
  return token
}

/** Waits until nothing is left to do but dead letters. */
export async function untilAllIsDone(db: Queryable): Promise<void> {
  await until('all is done', async () => {
    const [row] = await db.query<{ n: number }>(
      'select (select count(*) from outbox) + (select count(*) from jobs where tries < 5) as n',
    )
    return row?.n === 0
  })
}

export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_500; tries += 1) {
    if (await condition()) return
    await sleep(20)
  }
  assert.fail(`never: ${what}`)
}
