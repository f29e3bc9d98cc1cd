/** Choosing tickets, and why they cannot be had. */
import type { ErrorCode } from '../../src/kernel/errors.ts'
import type { Texts } from './texts.ts'

interface Words {
  title: string
  text: string
}

const staleForm: Words = {
  title: 'This form was used already',
  text: 'Choose again: this is a new one.',
}
const refusals: Partial<Record<ErrorCode, Words>> = {
  idempotency_key_reused: staleForm,
  request_in_progress: {
    title: 'Your order is still on its way',
    text: 'Look at your tickets in a moment, before you buy again.',
  },
  unavailable: {
    title: 'We cannot sell right now',
    text: 'Wait a few seconds and press the button again: nothing is held or bought twice.',
  },
}

const en = {
  tickets: 'Tickets',
  free: 'a ticket',
  priced: 'a ticket, all fees included',
  others: 'See other events',
  signIn: 'Sign in to buy',
  atMost: (tickets: string) => `At most ${tickets} for each person.`,
  upTo: (tickets: string) => `Up to ${tickets} for each person.`,
  get: 'Get tickets',
  buy: 'Buy now',
  heldWhile: 'They are held for you while you pay. Nothing is charged yet.',
  ends: (when: string) => `The sale ends ${when}.`,
  type: 'Ticket type',
  howMany: 'How many',
  soldOut: 'Sold out',
  ticket: ['ticket', 'tickets'] as [string, string],
  chooseQuantity: 'Choose how many tickets you want.',
  chooseType: 'Choose a ticket type.',
  oneOfTypes: 'Choose one of the ticket types.',
  nothing: 'Nothing was bought',
  fewer: (left: number) =>
    `Only ${left} ${left === 1 ? 'ticket is' : 'tickets are'} left; ask for no more than that.`,
  limit: 'You have as many tickets for this event as one buyer may have.',
  limitMore: (allowed: number, asked: number) =>
    `You may have ${allowed} more for this event, not ${asked}.`,
  staleForm,
  refusals,
}

export const buyingTexts: Texts<typeof en> = {
  en,
  de: {
    tickets: 'Tickets',
    free: 'je Ticket',
    priced: 'je Ticket, mit allen Gebühren',
    others: 'Andere Veranstaltungen',
    signIn: 'Anmelden und kaufen',
    atMost: (tickets) => `Höchstens ${tickets} für jede Person.`,
    upTo: (tickets) => `Bis zu ${tickets} für jede Person.`,
    get: 'Tickets holen',
    buy: 'Jetzt kaufen',
    heldWhile: 'Sie sind für Sie reserviert, während Sie bezahlen. Noch wird nichts abgebucht.',
    ends: (when) => `Der Verkauf endet ${when}.`,
    type: 'Ticketart',
    howMany: 'Wie viele',
    soldOut: 'Ausverkauft',
    ticket: ['Ticket', 'Tickets'],
    chooseQuantity: 'Wählen Sie, wie viele Tickets Sie möchten.',
    chooseType: 'Wählen Sie eine Ticketart.',
    oneOfTypes: 'Wählen Sie eine der Ticketarten.',
    nothing: 'Es wurde nichts gekauft',
    fewer: (left) => `Es ${left === 1 ? 'ist' : 'sind'} nur noch ${left} da.`,
    limit: 'Sie haben so viele Tickets für diese Veranstaltung, wie eine Person haben darf.',
    limitMore: (allowed, asked) =>
      `Sie können noch ${allowed} für diese Veranstaltung haben, nicht ${asked}.`,
    staleForm: {
      title: 'Dieses Formular wurde schon verwendet',
      text: 'Wählen Sie noch einmal: dies ist ein neues.',
    },
    refusals: {
      idempotency_key_reused: {
        title: 'Dieses Formular wurde schon verwendet',
        text: 'Wählen Sie noch einmal: dies ist ein neues.',
      },
      request_in_progress: {
        title: 'Ihre Bestellung ist noch unterwegs',
        text: 'Schauen Sie gleich bei Ihren Tickets nach, bevor Sie noch einmal kaufen.',
      },
      unavailable: {
        title: 'Wir können gerade nichts verkaufen',
        text: 'Warten Sie ein paar Sekunden und drücken Sie noch einmal: nichts wird doppelt reserviert oder gekauft.',
      },
    },
  },
}
