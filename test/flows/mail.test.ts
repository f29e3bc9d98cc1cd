/** With SMTP_URL mail really leaves, to a server that speaks the protocol, and is whole there. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { simpleParser } from 'mailparser'
import { PNG } from 'pngjs'
import { SMTPServer } from 'smtp-server'
import { openMailServer } from '../../src/platform/mail.ts'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { orderConfirmationMail } from '../../src/services/notification/mails/order-confirmation.ts'
import { qrPng } from '../../src/services/ticketing/qr-code.ts'
import { createTicketTokens } from '../../src/services/ticketing/ticket-token.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { signUp } from '../support/accounts.ts'
import { buy, createBuyers, createSale } from '../support/sale.ts'

interface Received {
  to: string[]
  source: string
}

/** A mail server that keeps what it gets, and turns the first attempts away. */
async function startMailServer(refusals: number) {
  const received: Received[] = []
  let refused = 0
  const raw: Buffer[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (refused < refusals) {
          refused += 1
          done(new Error('come back later'))
          return
        }
        const source = Buffer.concat(chunks)
        raw.push(source)
        received.push({
          to: session.envelope.rcptTo.map((to) => to.address),
          source: source.toString('utf8'),
        })
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    /** What arrived, as a mail client reads it. */
    parsed: async () => await Promise.all(raw.map(async (source) => await simpleParser(source))),
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(resolve)
      })
    },
  }
}

async function order(app: TestApp, email: string): Promise<string[]> {
  const url = await app.listen()
  const { eventId } = await createSale(app.db, { capacity: 10 })
  const [buyer] = await createBuyers(app.db, app.dataDir, 1)
  assert.ok(buyer, 'a buyer')
  await app.db.query('update users set email = $2 where id = $1', [buyer.id, email])
  const answer = await buy(url, buyer, { event_id: eventId, quantity: 2 })
  assert.equal(answer.status, 201, answer.body)
  return answer.ticketCodes
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return
    await sleep(20)
  }
  assert.fail(`never: ${what}`)
}

test('a confirmation reaches its buyer, also when the mail server turns it away at first', async () => {
  await using mail = await startMailServer(1)
  await using app = await startApp({ env: { SMTP_URL: mail.url, MAIL_FROM: 'shop@boxoffice.local' } }) // prettier-ignore
  const codes = await order(app, 'Alice.B@mail.boxoffice.local')
  await until('it was refused', () => mail.refused() === 1)
  await until('it arrives', () => mail.received.length > 0)
  await until(
    'the job is done',
    async () => (await app.db.query('select 1 from jobs')).length === 0,
  )
  const [first, ...more] = mail.received
  assert.equal(more.length, 0)
  assert.deepEqual(first?.to, ['Alice.B@mail.boxoffice.local'])
  assert.match(first.source, /^Message-ID: <order-\d+-confirmation@boxoffice\.example>/m)
  const [read] = await mail.parsed()
  assert.equal(read?.from?.text, 'shop@boxoffice.local')
  assert.equal(read.subject, 'Your tickets for Rock Night')
  assert.equal(read.headers.get('auto-submitted'), 'auto-generated')
  for (const code of codes) {
    assert.ok(read.text?.includes(code), `${code} in the text`)
    assert.ok(String(read.html).includes(code), `${code} in the HTML`)
  }
})

test('a confirmation whose pictures were not drawn to the end is tried again, and has them all', async () => {
  await using mail = await startMailServer(0)
  await using app = await startApp({ env: { SMTP_URL: mail.url } })
  let died = 0
  process.once('worker', (thread: Worker) => {
    died += 1
    void thread.terminate()
  })
  const codes = await order(app, 'Alice.B@mail.boxoffice.local')
  let failed = 0
  await until('it arrives', async () => {
    // The pause before the next try is seconds; nobody has to wait for it here.
    const failures = await app.db.query(
      `update jobs set run_at = now(), last_error = null where last_error is not null returning 1`,
    )
    failed += failures.length
    return mail.received.length > 0
  })
  await until(
    'the job is done',
    async () => (await app.db.query('select 1 from jobs')).length === 0,
  )
  assert.deepEqual([died, failed], [1, 1])
  const tokens = createTicketTokens({
    keys: await loadSigningKeys({ authKey: undefined, dataDir: app.dataDir }),
  })
  const [sold] = await app.db.query<{ event: number }>('select event_id as event from orders')
  const [read, ...more] = await mail.parsed()
  assert.equal(more.length, 0)
  assert.deepEqual(
    read?.attachments.map(({ filename, content }) => ({ filename, content })),
    codes.map((ticketCode) => ({
      filename: `${ticketCode}.png`,
      content: qrPng(tokens.sign({ ticketCode, eventId: sold?.event ?? 0 })),
    })),
  )
})

test('a mail arrives in its language, with its pictures in it and every header its own', async () => {
  await using server = await startMailServer(0)
  await using sender = openMailServer(server.url, 'Box Office <shop@boxoffice.local>')
  const qrPng = PNG.sync.write(new PNG({ width: 8, height: 8 }))
  await sender.sendMail(
    orderConfirmationMail({
      orderId: 7,
      buyer: { id: 5, name: 'Zoë', email: 'zoe@mail.boxoffice.local', language: 'de' },
      event: {
        ...{ name: 'Übermut\r\nBcc: all@example.com', venue: 'Arena', city: null, currency: 'EUR' },
        ...{ startsAt: new Date('2030-06-01T18:00:00Z'), timezone: 'Europe/Vienna' },
      },
      totalPriceCents: 15_000,
      tickets: [{ ticketCode: 'TCK-ABC123', qrPng }, { ticketCode: 'TCK-ABC124' }],
    }),
  )
  const [read] = await server.parsed()
  assert.equal(read?.subject, 'Ihre Tickets für Übermut Bcc: all@example.com')
  assert.equal(read.messageId, '<order-7-confirmation@boxoffice.example>')
  assert.equal(read.headers.get('bcc'), undefined)
  assert.deepEqual(server.received[0]?.to, ['zoe@mail.boxoffice.local'])
  assert.ok(read.text?.includes('Samstag, 1. Juni 2030, 20:00 (UTC+2)'), read.text)
  const [picture, ...more] = read.attachments
  assert.deepEqual(
    [picture?.contentType, picture?.contentDisposition, picture?.related, more.length],
    ['image/png', 'inline', true, 0],
  )
  assert.deepEqual(picture?.content, qrPng)
  // The parser puts a picture that the HTML names by its cid into its place.
  assert.ok(String(read.html).includes(`src="data:image/png;base64,${qrPng.toString('base64')}"`), 'it is shown') // prettier-ignore
})

test('a mail that is sent again has the same id and the same link', async () => {
  await using mail = await startMailServer(1)
  await using app = await startApp({ env: { SMTP_URL: mail.url, PUBLIC_URL: 'https://tickets.example/' } }) // prettier-ignore
  const { email } = await signUp(app)
  await until('it arrives', () => mail.received.length === 1)
  assert.equal(mail.refused(), 1)
  const link = /https:\/\/tickets\.example\/verify\?token=\S+/
  const [read] = await mail.parsed()
  await until('done', async () => (await app.db.query('select 1 from jobs')).length === 0)

  // As if the worker had died after the mail left, before it could note so.
  const [user] = await app.db.query<{ id: number }>('select id from users where email = $1', [
    email,
  ])
  const request = /<verification-([\w-]+)@/.exec(read?.messageId ?? '')?.[1]
  await app.db.query('delete from user_tokens')
  await app.db.query(
    `insert into jobs (consumer, effect) values ('mail-address-verification', $1)`,
    [{ id: `request ${request ?? ''}`, data: { user_id: user?.id, request } }],
  )
  await until('it arrives again', () => mail.received.length === 2)
  const [, again] = await mail.parsed()
  assert.equal(again?.messageId, read?.messageId)
  assert.match(read?.text ?? '', link)
  assert.equal(link.exec(again?.text ?? '')?.[0], link.exec(read?.text ?? '')?.[0])
})

test('mail to the sample accounts never leaves', async () => {
  await using mail = await startMailServer(0)
  await using app = await startApp({ env: { SMTP_URL: mail.url } })
  await order(app, 'Bob@events.com')
  await until('it is in the mailbox', async () => (await app.db.query('select 1 from mails')).length === 1) // prettier-ignore
  assert.equal(mail.received.length, 0)
})
