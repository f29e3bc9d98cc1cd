/** The books of a sale. */
import type { Texts } from './texts.ts'

interface ProofTexts {
  title: (event: string) => string
  summary: (event: string) => string
  heading: string
  intro: string
  compared: string
  counted: string
  countedHow: string
  asJson: string
  agrees: string
  disagrees: string
  allHold: (count: string) => string
  someBroken: (broken: string, count: string) => string
  tickets: (count: string) => string
  sold: string
  held: string
  left: string
  valid: string
  takenBack: string
  paid: string
  refunded: string
  owed: string
  holds: string
  broken: string
  /** Claims of the books by their words in English; those that are not there stay as they are. */
  claims: Readonly<Record<string, string>>
}

export const proofTexts: Texts<ProofTexts> = {
  en: {
    title: (event) => `The books of ${event}`,
    summary: (event) => `Every ticket and every cent of ${event}, counted twice.`,
    heading: 'The books of this sale',
    intro:
      'Tickets, orders and money are written down in different places. Here each is counted for itself and held against the others, so that nobody has to take our word for it.',
    compared: 'What is compared',
    counted: 'Counted',
    countedHow: 'in one moment of the database. Load the page again to count anew.',
    asJson: 'The same as JSON',
    agrees: 'Everything agrees.',
    disagrees: 'The books disagree.',
    allHold: (count) => `All ${count} comparisons hold.`,
    someBroken: (broken, count) =>
      `${broken} of ${count} comparisons do not hold. Whoever runs this shop is told so, too.`,
    tickets: (count) => `${count} tickets`,
    sold: 'Sold',
    held: 'Held, not paid yet',
    left: 'Left',
    valid: 'Valid tickets',
    takenBack: 'Tickets taken back',
    paid: 'Paid',
    refunded: 'Refunded',
    owed: 'Owed to buyers',
    holds: ' This holds.',
    broken: ' This does not hold.',
    claims: {},
  },
  de: {
    title: (event) => `Die Bücher von ${event}`,
    summary: (event) => `Jedes Ticket und jeder Cent von ${event}, doppelt gezählt.`,
    heading: 'Die Bücher dieses Verkaufs',
    intro:
      'Tickets, Bestellungen und Geld stehen an verschiedenen Stellen. Hier wird jedes für sich gezählt und mit den anderen verglichen, damit uns niemand glauben muss.',
    compared: 'Was verglichen wird',
    counted: 'Gezählt',
    countedHow:
      'in einem Augenblick der Datenbank. Laden Sie die Seite neu, um noch einmal zu zählen.',
    asJson: 'Dasselbe als JSON',
    agrees: 'Alles stimmt überein.',
    disagrees: 'Die Bücher widersprechen sich.',
    allHold: (count) => `Alle ${count} Vergleiche gehen auf.`,
    someBroken: (broken, count) =>
      `${broken} von ${count} Vergleichen gehen nicht auf. Wer diesen Laden betreibt, erfährt es auch.`,
    tickets: (count) => `${count} Tickets`,
    sold: 'Verkauft',
    held: 'Reserviert, noch nicht bezahlt',
    left: 'Übrig',
    valid: 'Gültige Tickets',
    takenBack: 'Zurückgenommene Tickets',
    paid: 'Bezahlt',
    refunded: 'Erstattet',
    owed: 'Den Käufern geschuldet',
    holds: ' Das stimmt.',
    broken: ' Das stimmt nicht.',
    claims: {
      'No more is held and sold than there is.':
        'Es ist nicht mehr reserviert und verkauft, als es gibt.',
      'What is held is what orders hold.': 'Reserviert ist, was Bestellungen reservieren.',
      'What is sold is what has a valid ticket.': 'Verkauft ist, was ein gültiges Ticket hat.',
      'What valid tickets cost is what the ledger says they brought.':
        'Was gültige Tickets kosten, haben sie nach dem Hauptbuch eingebracht.',
      'What was captured and not given back is with the provider.':
        'Was eingezogen und nicht zurückgegeben ist, liegt beim Zahlungsdienst.',
      'What buyers are owed is what the ledger says they are owed.':
        'Was Käufern geschuldet wird, steht so im Hauptbuch.',
      'Every cent is a valid ticket’s, or on its way back.':
        'Jeder Cent gehört zu einem gültigen Ticket oder ist auf dem Weg zurück.',
    },
  },
}
