/** What stands around every page. */
import type { Texts } from './texts.ts'

const en = {
  skip: 'Skip to content',
  main: 'Main',
  events: 'Events',
  myTickets: 'My tickets',
  signIn: 'Sign in',
  signOut: 'Sign out',
  account: 'Account',
  about: 'About',
  promise: 'The price you see is the price you pay.',
  api: 'API',
  errorCodes: 'Error codes',
  mailbox: 'Mailbox',
  language: 'Language',
}

export const frameTexts: Texts<typeof en> = {
  en,
  de: {
    skip: 'Zum Inhalt',
    main: 'Hauptnavigation',
    events: 'Veranstaltungen',
    myTickets: 'Meine Tickets',
    signIn: 'Anmelden',
    signOut: 'Abmelden',
    account: 'Konto',
    about: 'Über uns',
    promise: 'Der Preis, den Sie sehen, ist der Preis, den Sie zahlen.',
    api: 'API',
    errorCodes: 'Fehlercodes',
    mailbox: 'Postfach',
    language: 'Sprache',
  },
}
