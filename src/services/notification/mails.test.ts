/** What every mail says, in every language, and that what people typed stays text in all of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LANGUAGES, type Language } from '../../kernel/language.ts'
import type { Mail } from './mail.ts'
import { addressChangeMail } from './mails/address-change.ts'
import { addressVerificationMail } from './mails/address-verification.ts'
import { eventCancelledMail } from './mails/event-cancelled.ts'
import { eventChangedMail } from './mails/event-changed.ts'
import { eventPostponedMail } from './mails/event-postponed.ts'
import { orderConfirmationMail } from './mails/order-confirmation.ts'
import { accountDeletionMail } from './mails/account-deletion.ts'
import { farewellMail } from './mails/farewell.ts'
import { identityConnectedMail } from './mails/identity-connected.ts'
import { newAddressMail } from './mails/new-address.ts'
import { passwordResetMail } from './mails/password-reset.ts'
import { paymentReturnedMail } from './mails/payment-returned.ts'
import { refundSentMail } from './mails/refund-sent.ts'
import { textsOf } from './texts.ts'

interface Typed {
  name: string
  event: string
  venue: string
}

const HARMLESS: Typed = { name: 'Alice Buyer', event: 'Rock Night', venue: 'City Arena' }
const HOSTILE: Typed = {
  name: 'Alice <img src=x onerror=alert(1)>',
  event: '</title><script>alert(1)</script>"\'\r\nBcc: everybody@example.com\u2028&amp;',
  venue: '"><iframe src="cid:ticket-1.order-7@boxoffice.example">',
}
const QR = Buffer.from('not really a picture')
const LINK = 'https://tickets.example/reset?token=abc'

function allMails(language: Language, typed: Typed): Record<string, Mail> {
  const buyer = { id: 5, name: typed.name, email: 'alice@example.com', language }
  const event = {
    ...{ name: typed.event, venue: typed.venue, city: 'Vienna', timezone: 'Europe/Vienna' },
    ...{ startsAt: new Date('2030-06-01T18:00:00Z'), currency: 'EUR' },
  }
  const before = { ...event, event_date: '2030-06-01T18:00:00Z' }
  const after = { ...before, event_date: '2030-09-14T18:30:00Z', venue: `Old ${typed.venue}` }
  const change = { version: 3, before, after }
  const order = { orderId: 7, buyer, event, totalPriceCents: 15_000 }
  const news = { cause: 'event-5-x-3-user-9', recipient: buyer, change }
  return {
    confirmation: orderConfirmationMail({
      ...order,
      tickets: [{ ticketCode: 'TCK-ABC123', qrPng: QR }, { ticketCode: 'TCK-ABC124' }],
      links: { order: 'https://tickets.example/o', pdf: 'https://tickets.example/p' },
    }),
    returned: paymentReturnedMail({ ...order, isEventCancelled: false }),
    returnedForCancelled: paymentReturnedMail({ ...order, isEventCancelled: true }),
    refund: refundSentMail({
      ...order,
      refundId: 4,
      amountCents: 7_550,
      ticketCodes: ['TCK-ABC123'],
    }),
    changed: eventChangedMail(news),
    postponed: eventPostponedMail({
      ...news,
      refundUntil: new Date('2030-07-01T10:00:00Z'),
      ordersUrl: 'https://tickets.example/tickets',
    }),
    cancelled: eventCancelledMail({ cause: 'x', recipient: buyer, event: before }),
    passwordReset: passwordResetMail({ cause: 'x', recipient: buyer, url: LINK }),
    verification: addressVerificationMail({ cause: 'x', recipient: buyer, url: LINK }),
    newAddress: newAddressMail({ cause: 'x', recipient: buyer, url: LINK }),
    addressChangeAsked: addressChangeMail('asked', {
      ...{ cause: 'x', recipient: buyer, newEmail: 'new.one@mail.example', url: LINK },
    }),
    addressChanged: addressChangeMail('done', {
      ...{ cause: 'x', recipient: buyer, newEmail: 'new.one@mail.example' },
    }),
    farewell: farewellMail({ cause: 'x', recipient: buyer }),
    accountDeletion: accountDeletionMail({ cause: 'x', recipient: buyer, url: LINK }),
    identityConnected: identityConnectedMail({
      ...{ cause: 'x', recipient: buyer, provider: 'Example', url: LINK },
    }),
  }
}

/** What both parts of a mail must say, by language. */
const FACTS: Record<string, Record<Language, string[]>> = {
  confirmation: {
    en: ['Rock Night', '1 June 2030', '20:00 (UTC+2)', 'City Arena, Vienna', '€150.00', 'TCK-ABC123', 'TCK-ABC124', 'https://tickets.example/p', 'Alice Buyer'],
    de: ['Rock Night', '1. Juni 2030', '20:00 (UTC+2)', 'City Arena, Vienna', '150,00\u00a0€', 'TCK-ABC123', 'TCK-ABC124', 'https://tickets.example/p', 'Alice Buyer'],
  },
  returned: { en: ['€150.00', 'no others were left'], de: ['150,00\u00a0€', 'keine anderen mehr frei'] },
  returnedForCancelled: { en: ['was cancelled'], de: ['wurde abgesagt'] },
  refund: { en: ['€75.50', 'TCK-ABC123'], de: ['75,50\u00a0€', 'TCK-ABC123'] },
  changed: {
    en: ['1 June 2030', '14 September 2030, 20:30 (UTC+2)', 'City Arena', 'Old City Arena'],
    de: ['1. Juni 2030', '14. September 2030, 20:30 (UTC+2)', 'City Arena', 'Old City Arena'],
  },
  postponed: {
    en: ['1 June 2030', '14 September 2030', '1 July 2030, 12:00 (UTC+2)', 'https://tickets.example/tickets'],
    de: ['1. Juni 2030', '14. September 2030', '1. Juli 2030, 12:00 (UTC+2)', 'https://tickets.example/tickets'],
  },
  cancelled: { en: ['Rock Night', 'comes back by itself'], de: ['Rock Night', 'kommt von selbst zurück'] },
  passwordReset: { en: [LINK, 'one hour'], de: [LINK, 'eine Stunde'] },
  verification: { en: [LINK, 'one day'], de: [LINK, 'einen Tag'] },
  newAddress: { en: [LINK, 'one day'], de: [LINK, 'einen Tag'] },
  addressChangeAsked: { en: [LINK, 'n…@mail.example'], de: [LINK, 'n…@mail.example'] },
  addressChanged: { en: ['n…@mail.example'], de: ['n…@mail.example'] },
  farewell: { en: ['good by their codes'], de: ['gelten weiter'] },
  accountDeletion: { en: [LINK, 'one hour'], de: [LINK, 'eine Stunde'] },
  identityConnected: { en: [LINK, 'with Example'], de: [LINK, 'mit Example'] },
} // prettier-ignore

for (const language of LANGUAGES) {
  for (const [name, mail] of Object.entries(allMails(language, HARMLESS))) {
    test(`both parts of a mail say what there is to say: ${name} in ${language}`, () => {
      for (const fact of FACTS[name]?.[language] ?? []) {
        assert.ok(mail.text.includes(fact), `${fact} in ${mail.text}`)
        assert.ok(mail.html.includes(fact), `${fact} in the HTML`)
      }
      assert.ok((FACTS[name]?.[language] ?? []).length > 0, 'there is something to say')
      assert.ok(mail.html.includes(`<html lang="${language}">`), 'the HTML says its language')
      assert.equal(mail.to, 'alice@example.com')
    })

    test(`a mail takes nothing from elsewhere and runs nothing: ${name} in ${language}`, () => {
      assert.doesNotMatch(mail.html, /<script|<iframe|<link|javascript:|url\(/i)
      for (const [, source] of mail.html.matchAll(/src="([^"]*)"/g))
        assert.match(source ?? '', /^cid:/)
    })
  }

  for (const [name, mail] of Object.entries(allMails(language, HOSTILE))) {
    test(`what people typed stays text: ${name} in ${language}`, () => {
      assert.doesNotMatch(mail.html, /<script|<iframe|<img src=x|<title><\/title>/)
      assert.doesNotMatch(mail.subject, /[\p{Cc}\p{Zl}\p{Zp}]/u)
      assert.doesNotMatch(mail.text, /^Bcc:/m)
      assert.doesNotMatch(mail.messageId, /[\s"]/)
    })
  }
}

test('a mail has the id of its cause, whatever else is in it', () => {
  const ids = (typed: Typed, language: Language) =>
    Object.values(allMails(language, typed)).map((mail) => mail.messageId)
  assert.deepEqual(ids(HARMLESS, 'en'), ids(HOSTILE, 'de'))
  const { confirmation, returned, refund } = allMails('en', HARMLESS)
  assert.equal(confirmation?.messageId, '<order-7-confirmation@boxoffice.example>')
  assert.equal(returned?.messageId, '<order-7-returned@boxoffice.example>')
  assert.equal(refund?.messageId, '<refund-4@boxoffice.example>')
})

test('a ticket has its picture, one without has none', () => {
  const { confirmation } = allMails('en', HARMLESS)
  assert.deepEqual(
    confirmation?.pictures.map(({ png }) => png),
    [QR],
  )
  assert.equal(confirmation.html.split('<img').length, 2)
  const source = `src="cid:${confirmation.pictures[0]?.cid ?? ''}"`
  assert.ok(confirmation.html.includes(source), 'the HTML shows it')
})

test('nothing that was typed at registration is in a mail to an address that may be another’s', () => {
  for (const name of ['passwordReset', 'verification', 'newAddress', 'identityConnected']) {
    const mail = allMails('en', { ...HARMLESS, name: 'Visit evil.example' })[name]
    assert.doesNotMatch(`${mail?.html ?? ''}${mail?.text ?? ''}`, /evil/)
  }
})

test('no language says what another does', () => {
  const sentencesIn = (texts: unknown): string[] =>
    typeof texts === 'string' && texts.includes(' ')
      ? [texts]
      : typeof texts === 'object' && texts !== null
        ? Object.values(texts as Record<string, unknown>).flatMap(sentencesIn)
        : []
  const sentences = (language: Language) => sentencesIn(textsOf(language))
  const english = new Set(sentences('en'))
  assert.ok(english.size > 15, 'there are sentences')
  assert.deepEqual(
    sentences('de').filter((text) => english.has(text)),
    [],
  )
})

test('German says Sie to people, as the pages do', () => {
  for (const [name, mail] of Object.entries(allMails('de', HARMLESS))) {
    for (const text of [mail.subject, mail.text, mail.html.replace(/<[^>]*>/g, ' ')]) {
      assert.doesNotMatch(text, /\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b/i, name)
    }
  }
})
