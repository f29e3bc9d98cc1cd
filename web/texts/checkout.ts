/** Holding and paying. */
import type { CardName } from '../test-cards.ts'
import type { Texts } from './texts.ts'

interface Words {
  title: string
  text: string
}

const cards: Record<CardName, string> = {
  visa: 'Pays',
  mastercard: 'Pays',
  authentication: 'Your bank asks whether it is you',
  declined: 'Is declined',
  insufficientFunds: 'Has too little money',
  expired: 'Has expired',
  wrongCode: 'Has a wrong security code',
  bankFault: 'The bank makes a mistake',
}

/** By decline code; `other` for those that have no words of their own. */
const declines: Record<string, string> & { other: string } = {
  other: 'The card was declined. Your bank does not tell us why.',
  insufficient_funds: 'There is not enough money on this card.',
  expired_card: 'This card has expired.',
  incorrect_cvc: 'The security code of the card is wrong.',
  authentication_required: 'Your bank could not make sure that it is you.',
  payment_intent_authentication_failure: 'Your bank could not make sure that it is you.',
  processing_error: 'The bank made a mistake. The same card may work now.',
}

/** By reason of the order; `other` for those that have no words of their own. */
const ended: Record<string, Words> & { other: Words } = {
  expired: {
    title: 'The time to pay is over',
    text: 'The tickets went back on sale, and nothing was charged. If there are some left, you can hold them again.',
  },
  given_back: {
    title: 'You gave the tickets back',
    text: 'Nothing was charged, and somebody else can have them now.',
  },
  event_cancelled: {
    title: 'This event is cancelled',
    text: 'It does not take place, so these tickets cannot be paid any more. If a payment was on its way, it goes back.',
  },
  payment_declined: {
    title: 'The payment was declined',
    text: 'Nothing was bought and nothing was charged.',
  },
  not_available: {
    title: 'Your payment came too late',
    text: 'The tickets were gone already, so all of it goes back to where it came from.',
  },
  other: {
    title: 'This order is over',
    text: 'Its tickets were given back or refunded.',
  },
}

const en = {
  title: 'Pay for your tickets',
  heldFor: (tickets: string) => `${tickets} held for you`,
  until: 'Until',
  clock: {
    five: 'Five minutes are left to pay.',
    one: 'One minute is left to pay.',
    thirty: 'Thirty seconds are left to pay.',
    over: 'The time to pay is over.',
  },
  fees: 'all fees included',
  each: (price: string) => `${price} each`,
  chooseCard: 'Choose a test card',
  testText: 'These are test cards: no money moves, whichever you choose.',
  cards,
  ending: (digits: string) => `ending ${digits}`,
  pay: (price: string) => `Pay ${price}`,
  wasDeclined: 'Was declined',
  confirm: 'Get the tickets',
  busy: 'Paying…',
  chooseOne: 'Choose a card to pay with.',
  notPaid: 'Nothing was paid',
  declinedTitle: 'The card was not accepted',
  declines,
  declinedAgain: 'Nothing was charged, and your tickets are still held. Choose another card.',
  busyTitle: 'We cannot take payments right now',
  busyText:
    'Nothing was charged. Wait a few seconds and press the button again: you pay only once.',
  giveBack: 'Give the tickets back',
  giveBackAsk: 'Somebody else can have them at once. Nothing is charged.',
  giveBackYes: 'Yes, give them back',
  noCards: 'Cards cannot be taken here yet',
  noCardsText:
    'This shop takes payments through its apps only, and this page cannot. Nothing is charged; the tickets go back on sale by themselves.',
  atBank: 'Your bank wants to know whether it is you',
  atBankText:
    'Go to your bank’s page and say yes. It leads you back here, and the tickets stay held meanwhile.',
  toBank: 'Go to my bank',
  noBankPage: 'Your bank offers no page for this. Choose another card.',
  otherCard: 'Use another card instead',
  processing: 'Your bank is taking its time',
  processingText:
    'The payment is on its way, and your tickets stay held until there is an answer. Do not pay again: this page shows what happened as soon as we know.',
  backAlready: 'Waiting for word from your bank',
  look: 'Look again',
  stillWaiting: 'Still waiting for your bank.',
  ended,
  tryAgain: 'Try again',
  otherEvents: 'See other events',
  toOrder: 'Show the order',
  bar: (minutes: string) => `You hold tickets for ${minutes} more.`,
  barPay: 'Pay now',
  minutes: ['minute', 'minutes'] as [string, string],
  tickets: ['ticket', 'tickets'] as [string, string],
}

export const checkoutTexts: Texts<typeof en> = {
  en,
  de: {
    title: 'Tickets bezahlen',
    heldFor: (tickets) => `${tickets} für Sie reserviert`,
    until: 'Bis',
    clock: {
      five: 'Noch fünf Minuten zum Bezahlen.',
      one: 'Noch eine Minute zum Bezahlen.',
      thirty: 'Noch dreißig Sekunden zum Bezahlen.',
      over: 'Die Zeit zum Bezahlen ist vorbei.',
    },
    fees: 'inkl. aller Gebühren',
    each: (price) => `je ${price}`,
    chooseCard: 'Testkarte wählen',
    testText: 'Das sind Testkarten: Es fließt kein Geld, welche Sie auch wählen.',
    cards: {
      visa: 'Bezahlt',
      mastercard: 'Bezahlt',
      authentication: 'Ihre Bank fragt, ob Sie es sind',
      declined: 'Wird abgelehnt',
      insufficientFunds: 'Hat zu wenig Geld',
      expired: 'Ist abgelaufen',
      wrongCode: 'Hat eine falsche Prüfziffer',
      bankFault: 'Die Bank macht einen Fehler',
    },
    ending: (digits) => `endet auf ${digits}`,
    pay: (price) => `${price} bezahlen`,
    wasDeclined: 'Wurde abgelehnt',
    confirm: 'Tickets holen',
    busy: 'Wird bezahlt …',
    chooseOne: 'Wählen Sie eine Karte.',
    notPaid: 'Es wurde nichts bezahlt',
    declinedTitle: 'Die Karte wurde nicht angenommen',
    declines: {
      other: 'Die Karte wurde abgelehnt. Warum, sagt Ihre Bank uns nicht.',
      insufficient_funds: 'Auf dieser Karte ist nicht genug Geld.',
      expired_card: 'Diese Karte ist abgelaufen.',
      incorrect_cvc: 'Die Prüfziffer der Karte stimmt nicht.',
      authentication_required: 'Ihre Bank konnte nicht feststellen, dass Sie es sind.',
      payment_intent_authentication_failure:
        'Ihre Bank konnte nicht feststellen, dass Sie es sind.',
      processing_error: 'Die Bank hat einen Fehler gemacht. Dieselbe Karte geht jetzt vielleicht.',
    },
    declinedAgain:
      'Es wurde nichts abgebucht, und Ihre Tickets bleiben reserviert. Wählen Sie eine andere Karte.',
    busyTitle: 'Wir können gerade keine Zahlungen annehmen',
    busyText:
      'Es wurde nichts abgebucht. Warten Sie ein paar Sekunden und drücken Sie noch einmal: Bezahlt wird nur einmal.',
    giveBack: 'Tickets zurückgeben',
    giveBackAsk: 'Jemand anderes kann sie gleich haben. Es wird nichts abgebucht.',
    giveBackYes: 'Ja, zurückgeben',
    noCards: 'Karten gehen hier noch nicht',
    noCardsText:
      'Dieser Shop nimmt Zahlungen nur über seine Apps an, diese Seite kann es nicht. Es wird nichts abgebucht; die Tickets gehen von selbst in den Verkauf zurück.',
    atBank: 'Ihre Bank möchte wissen, ob Sie es sind',
    atBankText:
      'Gehen Sie auf die Seite Ihrer Bank und bestätigen Sie. Sie führt Sie hierher zurück, und die Tickets bleiben so lange reserviert.',
    toBank: 'Zu meiner Bank',
    noBankPage: 'Ihre Bank hat dafür keine Seite. Wählen Sie eine andere Karte.',
    otherCard: 'Lieber eine andere Karte',
    processing: 'Ihre Bank lässt sich Zeit',
    processingText:
      'Die Zahlung ist unterwegs, und Ihre Tickets bleiben reserviert, bis es eine Antwort gibt. Zahlen Sie nicht noch einmal: Diese Seite zeigt, was geschah, sobald wir es wissen.',
    backAlready: 'Wir warten auf Nachricht von Ihrer Bank',
    look: 'Noch einmal nachsehen',
    stillWaiting: 'Ihre Bank hat noch nicht geantwortet.',
    ended: {
      expired: {
        title: 'Die Zeit zum Bezahlen ist vorbei',
        text: 'Die Tickets sind wieder im Verkauf, und es wurde nichts abgebucht. Sind noch welche da, können Sie sie wieder reservieren.',
      },
      given_back: {
        title: 'Sie haben die Tickets zurückgegeben',
        text: 'Es wurde nichts abgebucht, und jemand anderes kann sie jetzt haben.',
      },
      event_cancelled: {
        title: 'Diese Veranstaltung ist abgesagt',
        text: 'Sie findet nicht statt, also können diese Tickets nicht mehr bezahlt werden. War eine Zahlung unterwegs, geht sie zurück.',
      },
      payment_declined: {
        title: 'Die Zahlung wurde abgelehnt',
        text: 'Es wurde nichts gekauft und nichts abgebucht.',
      },
      not_available: {
        title: 'Ihre Zahlung kam zu spät',
        text: 'Die Tickets waren schon weg, deshalb geht alles dahin zurück, woher es kam.',
      },
      other: {
        title: 'Diese Bestellung ist zu Ende',
        text: 'Ihre Tickets wurden zurückgegeben oder erstattet.',
      },
    },
    tryAgain: 'Noch einmal versuchen',
    otherEvents: 'Andere Veranstaltungen',
    toOrder: 'Bestellung zeigen',
    bar: (minutes) => `Reserviert: noch ${minutes}.`,
    barPay: 'Jetzt bezahlen',
    minutes: ['Minute', 'Minuten'],
    tickets: ['Ticket', 'Tickets'],
  },
}
