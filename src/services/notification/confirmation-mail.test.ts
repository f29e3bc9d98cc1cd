import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confirmationMail } from './confirmation-mail.ts'

const ORDER = {
  orderId: 7,
  buyer: { name: 'Alice <b>Buyer</b>', email: 'alice@example.com' },
  event: {
    name: 'Rock\r\nBcc: everybody@example.com',
    venue: 'City "Arena"',
    startsAt: new Date('2030-06-01T18:00:00Z'),
    timezone: 'Europe/Vienna',
    currency: 'EUR',
  },
  totalPriceCents: 15_000,
  ticketCodes: ['TCK-ABC123', 'TCK-ABC124'],
}

test('a confirmation has the time of the venue, the price and every code', () => {
  const { text, html } = confirmationMail(ORDER)
  for (const part of [text, html]) {
    for (const expected of ['20:00', 'Europe/Vienna', '€150.00', 'TCK-ABC123', 'TCK-ABC124']) {
      assert.ok(part.includes(expected), `${expected} in ${part}`)
    }
  }
})

test('what people typed stays text: no markup in the mail, no second line in its subject', () => {
  const mail = confirmationMail(ORDER)
  assert.doesNotMatch(mail.html, /<b>/)
  assert.match(mail.html, /&lt;b&gt;Buyer/)
  assert.doesNotMatch(mail.subject, /[\r\n]/)
})

test('the same order always has the same message id', () => {
  assert.equal(confirmationMail(ORDER).messageId, confirmationMail(ORDER).messageId)
  assert.notEqual(
    confirmationMail(ORDER).messageId,
    confirmationMail({ ...ORDER, orderId: 8 }).messageId,
  )
})
