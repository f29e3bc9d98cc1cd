/** With SMTP_URL mail really leaves, to a server that speaks the protocol. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { type TestApp, startApp } from '../support/app.ts'
import { buy, createBuyers, createSale } from '../support/sale.ts'

interface Received {
  to: string[]
  source: string
}

/** A mail server that keeps what it gets, and turns the first attempts away. */
async function startMailServer(refusals: number) {
  const received: Received[] = []
  let refused = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let source = ''
      stream.on('data', (chunk: Buffer) => {
        source += chunk.toString('utf8')
      })
      stream.on('end', () => {
        if (refused < refusals) {
          refused += 1
          done(new Error('come back later'))
          return
        }
        received.push({ to: session.envelope.rcptTo.map((to) => to.address), source })
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
  assert.match(first.source, /^From: shop@boxoffice\.local/m)
  assert.match(first.source, /^Message-ID: <order-\d+-confirmation@boxoffice\.example>/m)
  for (const code of codes) assert.ok(first.source.includes(code), `${code} in the mail`)
})

test('mail to the sample accounts never leaves', async () => {
  await using mail = await startMailServer(0)
  await using app = await startApp({ env: { SMTP_URL: mail.url } })
  await order(app, 'Bob@events.com')
  await until('it is in the mailbox', async () => (await app.db.query('select 1 from mails')).length === 1) // prettier-ignore
  assert.equal(mail.received.length, 0)
})
