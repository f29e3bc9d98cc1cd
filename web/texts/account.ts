/** The own account: what is known about somebody, and what they can do about it. */
import type { Texts } from './texts.ts'

const en = {
  title: 'Your account',
  back: 'Back to your account',
  save: 'Save',
  change: 'Change',
  about: 'About you',
  security: 'Signing in',
  data: 'Your data',
  notChanged: 'Nothing was changed',
  enterCurrent: 'Enter your password.',

  name: 'Name',
  nameNote: 'It is printed on your tickets.',
  changeName: 'Change your name',
  nameChanged: 'Your name is changed.',

  email: 'E-mail address',
  isConfirmed: 'Confirmed',
  notConfirmed: 'Not confirmed yet',
  sendAgain: 'Send the link again',
  linkSent: 'The link is on its way.',
  pending: (email: string) =>
    `Waiting for you to open the link that we sent to ${email}. Until then nothing changes.`,
  changeEmail: 'Change your e-mail address',
  emailHow:
    'We send a link to the new address. It takes effect when you open that link, and we tell the present address.',
  newEmail: 'New e-mail address',
  sendLink: 'Send the link',
  emailAsked: 'Open the link that we sent to your new address.',

  language: 'Language',
  changeLanguage: 'Change the language',
  languageNote: 'Of these pages, and of the mails that we write to you.',
  languageChanged: 'The language is changed.',

  password: 'Password',
  passwordNote: 'Changing it signs you out everywhere else.',
  changePassword: 'Change your password',
  currentPassword: 'Your present password',
  noPassword: 'You do not know it?',
  resetIt: 'Have a link sent to you',
  passwordChanged: 'Your password is changed. Everywhere else you are signed out.',

  sessions: 'Where you are signed in',
  sessionCount: (count: number) => (count === 1 ? 'On one device' : `On ${count} devices`),
  manage: 'Look at them',
  unknownDevice: 'Unknown device',
  thisDevice: 'This device',
  byApi: 'By an app',
  signedIn: (date: string) => `Signed in on ${date}`,
  lastSeen: (when: string) => `last seen ${when}`,
  lately: 'in the last hour',
  signOut: 'Sign out',
  signOutOthers: 'Sign out everywhere else',
  noOthers: 'You are signed in nowhere else.',
  sessionsNote:
    'We keep what kind of device it is and when it was last used. We do not keep where it was.',
  sessionEnded: 'Signed out there.',
  othersEnded: 'Signed out everywhere else.',

  exportTitle: 'Take your data with you',
  exportNote:
    'Everything that we have about you, as one file (JSON): your account, orders, tickets, payments, refunds and mails.',
  download: 'Download your data',

  delete: 'Delete your account',
  deleteNote: 'Forgets you for good.',
  goes: 'What goes',
  goesText:
    'Your name, your address, your password, our mails to you, and where you are signed in. Nobody can bring them back, not even we.',
  stays: 'What stays',
  staysText:
    'Orders, tickets and payments, because the law asks us to keep books. They are then those of nobody in particular.',
  cannotYet: 'You cannot leave yet',
  reasons: {
    open_orders: (count: number) =>
      count === 1 ? 'Tickets are held for you in one order.' : `Tickets are held for you in ${count} orders.`, // prettier-ignore
    payments_under_way: (_count: number) => 'A payment of yours is under way; that takes minutes.',
    events_ahead: (count: number) =>
      count === 1 ? 'You have an event ahead.' : `You have ${count} events ahead.`,
    last_admin: (_count: number) => 'You are the only admin: make somebody else one first.',
  },
  todo: {
    open_orders: 'Pay for them or give them back',
    events_ahead: 'Cancel or delete them with the API',
  },
  ticketsAhead: (count: number) =>
    count === 1
      ? 'You have a ticket for an event ahead. It stays good by its code, but nobody can show it here any more.'
      : `You have ${count} tickets for events ahead. They stay good by their codes, but nobody can show them here any more.`,
  saveTickets: 'Save your tickets first',
  accept: 'I have saved my tickets.',
  deletionLinkWhy: (email: string) =>
    `Your account has no password that we could ask you for. We send a link to ${email} instead; with it you can delete your account.`,
  deletionLinkSent: (email: string) =>
    `Open the link that we sent to ${email}. It is good for one hour.`,
  deleteForGood: 'Delete my account for good',
  notDeleted: 'Your account was not deleted',
  goodbye: 'Your account is deleted',
  goodbyeText: 'We wrote to you for the last time. You are welcome back at any time.',
  toEvents: 'To the events',
}

export type AccountTexts = typeof en

export const accountTexts: Texts<AccountTexts> = {
  en,
  de: {
    title: 'Ihr Konto',
    back: 'Zurück zu Ihrem Konto',
    save: 'Speichern',
    change: 'Ändern',
    about: 'Über Sie',
    security: 'Anmeldung',
    data: 'Ihre Daten',
    notChanged: 'Es wurde nichts geändert',
    enterCurrent: 'Geben Sie Ihr Passwort ein.',

    name: 'Name',
    nameNote: 'Er steht auf Ihren Tickets.',
    changeName: 'Namen ändern',
    nameChanged: 'Ihr Name ist geändert.',

    email: 'E-Mail-Adresse',
    isConfirmed: 'Bestätigt',
    notConfirmed: 'Noch nicht bestätigt',
    sendAgain: 'Link noch einmal schicken',
    linkSent: 'Der Link ist unterwegs.',
    pending: (email) =>
      `Öffnen Sie den Link, den wir an ${email} geschickt haben. Bis dahin ändert sich nichts.`,
    changeEmail: 'E-Mail-Adresse ändern',
    emailHow:
      'Wir schicken einen Link an die neue Adresse. Sie gilt, sobald Sie ihn öffnen; der jetzigen sagen wir Bescheid.',
    newEmail: 'Neue E-Mail-Adresse',
    sendLink: 'Link schicken',
    emailAsked: 'Öffnen Sie den Link, den wir an Ihre neue Adresse geschickt haben.',

    language: 'Sprache',
    changeLanguage: 'Sprache ändern',
    languageNote: 'Dieser Seiten und der Mails, die wir Ihnen schreiben.',
    languageChanged: 'Die Sprache ist geändert.',

    password: 'Passwort',
    passwordNote: 'Wenn Sie es ändern, werden Sie überall sonst abgemeldet.',
    changePassword: 'Passwort ändern',
    currentPassword: 'Ihr jetziges Passwort',
    noPassword: 'Sie wissen es nicht?',
    resetIt: 'Lassen Sie sich einen Link schicken',
    passwordChanged: 'Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.',

    sessions: 'Wo Sie angemeldet sind',
    sessionCount: (count) => (count === 1 ? 'Auf einem Gerät' : `Auf ${count} Geräten`),
    manage: 'Ansehen',
    unknownDevice: 'Unbekanntes Gerät',
    thisDevice: 'Dieses Gerät',
    byApi: 'Durch eine App',
    signedIn: (date) => `Angemeldet am ${date}`,
    lastSeen: (when) => `zuletzt benutzt ${when}`,
    lately: 'in der letzten Stunde',
    signOut: 'Abmelden',
    signOutOthers: 'Überall sonst abmelden',
    noOthers: 'Sie sind nirgends sonst angemeldet.',
    sessionsNote:
      'Wir merken uns, was für ein Gerät es ist und wann es zuletzt benutzt wurde. Wo es war, merken wir uns nicht.',
    sessionEnded: 'Dort sind Sie abgemeldet.',
    othersEnded: 'Überall sonst sind Sie abgemeldet.',

    exportTitle: 'Daten mitnehmen',
    exportNote:
      'Alles, was wir über Sie haben, in einer Datei (JSON): Konto, Bestellungen, Tickets, Zahlungen, Erstattungen und Mails.',
    download: 'Daten herunterladen',

    delete: 'Konto löschen',
    deleteNote: 'Danach kennen wir Sie nicht mehr.',
    goes: 'Was geht',
    goesText:
      'Ihr Name, Ihre Adresse, Ihr Passwort, unsere Mails an Sie, und wo Sie angemeldet sind. Niemand kann das zurückholen, auch wir nicht.',
    stays: 'Was bleibt',
    staysText:
      'Bestellungen, Tickets und Zahlungen, weil das Gesetz uns Bücher vorschreibt. Sie sind dann die von niemand Bestimmtem.',
    cannotYet: 'Sie können noch nicht gehen',
    reasons: {
      open_orders: (count) =>
        count === 1 ? 'In einer Bestellung sind Tickets für Sie zurückgelegt.' : `In ${count} Bestellungen sind Tickets für Sie zurückgelegt.`, // prettier-ignore
      payments_under_way: () => 'Eine Zahlung von Ihnen läuft gerade; das dauert Minuten.',
      events_ahead: (count) =>
        count === 1
          ? 'Eine Veranstaltung von Ihnen steht noch bevor.'
          : `${count} Veranstaltungen von Ihnen stehen noch bevor.`,
      last_admin: () => 'Niemand sonst betreut den Shop: Bestimmen Sie erst jemanden.',
    },
    todo: {
      open_orders: 'Bezahlen Sie sie, oder geben Sie sie zurück',
      events_ahead: 'Sagen Sie sie mit der API ab, oder löschen Sie sie',
    },
    ticketsAhead: (count) =>
      count === 1
        ? 'Sie haben ein Ticket für etwas, das noch stattfindet. Es gilt weiter durch seinen Code, aber zeigen kann es hier niemand mehr.'
        : `Sie haben ${count} Tickets für etwas, das noch stattfindet. Sie gelten weiter durch ihre Codes, aber zeigen kann sie hier niemand mehr.`,
    saveTickets: 'Sichern Sie zuerst Ihre Tickets',
    accept: 'Ich habe meine Tickets gesichert.',
    deletionLinkWhy: (email) =>
      `Ihr Konto hat kein Passwort, nach dem wir fragen könnten. Wir schicken stattdessen einen Link an ${email}; damit können Sie Ihr Konto löschen.`,
    deletionLinkSent: (email) =>
      `Öffnen Sie den Link, den wir an ${email} geschickt haben. Er gilt eine Stunde.`,
    deleteForGood: 'Mein Konto endgültig löschen',
    notDeleted: 'Ihr Konto wurde nicht gelöscht',
    goodbye: 'Ihr Konto ist gelöscht',
    goodbyeText: 'Wir haben Ihnen zum letzten Mal geschrieben. Sie sind jederzeit willkommen.',
    toEvents: 'Zu den Veranstaltungen',
  },
}
