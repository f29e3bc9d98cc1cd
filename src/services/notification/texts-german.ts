/** The mails in German. */
import type { Texts } from './texts.ts'

export const german: Texts = {
  hello: (name) => `Hallo ${name},`,
  footer:
    'Box Office schreibt dir wegen einer Bestellung oder eines Kontos unter dieser Adresse. Antworten auf diese Mail liest niemand.',
  order: 'Bestellung',
  total: 'Summe',
  free: 'Kostenlos',
  tickets: 'Tickets',
  showOrder: 'Bestellung ansehen',

  confirmation: {
    subject: (event) => `Deine Tickets für ${event}`,
    preview: (count) =>
      count === 1
        ? 'Dein Ticket ist in dieser Mail.'
        : `Deine ${count} Tickets sind in dieser Mail.`,
    title: (event) => `Du bist dabei: ${event}`,
    intro: (count) =>
      count === 1 ? 'danke! Hier ist dein Ticket.' : 'danke! Hier sind deine Tickets.',
    ticket: (number, count) => `Ticket ${number} von ${count}`,
    advice: 'Zeig am Einlass einen Code. Wer ihn hat, kommt hinein; behalte ihn also für dich.',
    pdf: 'Tickets zum Drucken (PDF)',
    calendar: 'In den Kalender eintragen',
  },
  returned: {
    subject: (event) => `Deine Zahlung für ${event} geht zurück`,
    preview: 'Es wurden keine Tickets ausgestellt, dein Geld behältst du.',
    title: 'Dein Geld geht zurück',
    tooLate: (event) =>
      `deine Zahlung für ${event} kam an, als die Tickets nicht mehr für dich zurückgelegt und keine anderen mehr frei waren. Wir haben keine Tickets ausgestellt und schicken alles zurück.`,
    eventCancelled: (event) =>
      `${event} wurde abgesagt, bevor deine Zahlung ankam. Wir haben keine Tickets ausgestellt und schicken alles zurück.`,
    amount: 'Geht zurück',
    when: 'Das Geld nimmt den Weg, auf dem es kam. Bis du es siehst, braucht die Bank ein paar Tage.',
  },
  changed: {
    subject: (event) => `Geändert: ${event}`,
    preview: 'Deine Tickets bleiben gültig.',
    title: (event) => `${event} hat sich geändert`,
    intro: 'der Veranstalter hat etwas geändert, für das du Tickets hast.',
    name: 'Name',
    date: 'Termin',
    venue: 'Ort',
    valid: 'Deine Tickets bleiben gültig, wie sie sind.',
  },
  postponed: {
    subject: (event) => `Neuer Termin für ${event}`,
    preview: (date) => `Jetzt am ${date}.`,
    title: (event) => `${event} hat einen neuen Termin`,
    intro:
      'die Veranstaltung wurde verschoben. Deine Tickets gelten am neuen Termin; du musst nichts tun.',
    date: 'Termin',
    refund: (until) =>
      `Du kannst dann nicht? Bis ${until} kannst du deine Tickets auf der Seite deiner Bestellung zurückgeben und bekommst den ganzen Preis zurück.`,
    showOrders: 'Meine Tickets ansehen',
  },
  cancelled: {
    subject: (event) => `Abgesagt: ${event}`,
    preview: 'Was du bezahlt hast, kommt von selbst zurück.',
    title: (event) => `${event} ist abgesagt`,
    intro:
      'es tut uns leid: Diese Veranstaltung findet nicht statt. Was du bezahlt hast, kommt von selbst zurück, auf dem Weg, auf dem es kam; du musst nichts tun. Wir schreiben dir, wenn es unterwegs ist.',
    invalid: 'Deine Tickets dafür gelten nicht mehr.',
  },
  refund: {
    subject: (event) => `Erstattung für ${event}`,
    preview: (amount) => `${amount} sind unterwegs zu dir.`,
    title: (amount) => `${amount} sind unterwegs zu dir`,
    intro:
      'wir haben dein Geld auf dem Weg zurückgeschickt, auf dem du bezahlt hast. Bis du es siehst, braucht die Bank ein paar Tage.',
    invalid: (count) =>
      count === 1 ? 'Dieses Ticket gilt nicht mehr:' : 'Diese Tickets gelten nicht mehr:',
    amount: 'Betrag',
  },
  passwordReset: {
    subject: 'Neues Passwort wählen',
    preview: 'Der Link gilt eine Stunde.',
    title: 'Neues Passwort wählen',
    intro:
      'Jemand, hoffentlich du, hat für das Konto unter dieser Adresse ein neues Passwort angefordert.',
    button: 'Neues Passwort wählen',
    advice:
      'Der Link gilt eine Stunde und für ein Mal. Wenn du das nicht warst, tu nichts: Dein Passwort bleibt, wie es ist.',
  },
  verification: {
    subject: 'Bestätige deine E-Mail-Adresse',
    preview: 'Ein Klick, und wir wissen, dass die Adresse dir gehört.',
    title: 'Ist das deine Adresse?',
    intro: 'Unter dieser Adresse wurde ein Konto bei Box Office eröffnet.',
    button: 'Adresse bestätigen',
    advice:
      'Der Link gilt einen Tag. Wenn du kein Konto eröffnet hast, tu nichts: Mehr als diese Mail schreiben wir nicht.',
  },
  newAddress: {
    subject: 'Bestätige deine neue E-Mail-Adresse',
    preview: 'Damit wechselt dein Konto zu dieser Adresse.',
    title: 'Ist das deine Adresse?',
    intro: 'Jemand, hoffentlich du, möchte diese Adresse für sein Konto bei Box Office.',
    button: 'Diese Adresse verwenden',
    advice:
      'Der Link gilt einen Tag; bis dahin ändert sich nichts. Wenn du das nicht warst, tu nichts.',
  },
  addressChange: {
    button: 'Mein Passwort ändern',
    asked: {
      subject: 'Deine E-Mail-Adresse soll sich ändern',
      preview: 'Wenn du das nicht warst, ändere jetzt dein Passwort.',
      title: 'Eine neue Adresse für dein Konto',
      intro: (address) =>
        `Jemand, der dein Passwort kennt, möchte für dein Konto die Adresse ${address}. Sie gilt, sobald der Link benutzt wird, den wir dorthin geschickt haben.`,
      advice:
        'Wenn du das warst, ist hier nichts zu tun. Wenn nicht, ändere jetzt dein Passwort: Der Link bewirkt dann nichts mehr.',
    },
    done: {
      subject: 'Deine E-Mail-Adresse wurde geändert',
      preview: 'Diese Adresse öffnet dein Konto nicht mehr.',
      title: 'Dein Konto hat eine neue Adresse',
      intro: (address) =>
        `Dein Konto hat jetzt die Adresse ${address}. Wir schreiben ab jetzt dorthin, und du meldest dich mit ihr an.`,
      advice: 'Wenn du das nicht warst, schreib sofort denen, die diesen Shop betreiben.',
    },
  },
  farewell: {
    subject: 'Dein Konto ist gelöscht',
    preview: 'Wir haben dich vergessen, wie du es wolltest.',
    title: 'Mach es gut',
    intro:
      'Dein Konto bei Box Office ist gelöscht. Dein Name, deine Adresse und unsere Mails an dich sind weg; was gekauft wurde, bleibt in unseren Büchern, aber als das von niemand Bestimmtem. Tickets, die du hast, gelten weiter durch ihre Codes.',
    advice: 'Das ist unsere letzte Mail. Du kannst jederzeit ein neues Konto eröffnen.',
  },
  accountDeletion: {
    subject: 'Ihr Konto löschen?',
    preview: 'Der Link gilt eine Stunde.',
    title: 'Möchten Sie Ihr Konto löschen?',
    intro:
      'Jemand, der in Ihrem Konto bei Box Office angemeldet ist, hoffentlich Sie selbst, möchte es löschen. Öffnen Sie den Link dort, wo Sie angemeldet sind; Sie werden dann noch einmal gefragt.',
    button: 'Weiter zum Löschen meines Kontos',
    advice:
      'Der Link gilt eine Stunde und nur einmal. Wenn Sie das nicht waren, öffnen Sie ihn nicht und melden Sie in Ihrem Konto alle Geräte ab.',
  },
  identityConnected: {
    subject: 'Es gibt einen neuen Weg in Ihr Konto',
    preview: 'Wenn Sie das nicht waren, trennen Sie ihn jetzt.',
    title: 'Ein neuer Weg in Ihr Konto',
    intro: (provider) =>
      `Ihr Konto bei Box Office lässt sich jetzt auch durch eine Anmeldung mit ${provider} öffnen.`,
    button: 'Mein Konto ansehen',
    advice:
      'Wenn Sie das waren, ist hier nichts zu tun. Wenn nicht, trennen Sie die Verbindung in Ihrem Konto und wählen Sie ein neues Passwort.',
  },
}
