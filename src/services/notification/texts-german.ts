/** The mails in German. */
import type { Texts } from './texts.ts'

export const german: Texts = {
  hello: (name) => `Hallo ${name},`,
  footer:
    'Box Office schreibt Ihnen wegen einer Bestellung oder eines Kontos unter dieser Adresse. Antworten auf diese Mail liest niemand.',
  order: 'Bestellung',
  total: 'Summe',
  free: 'Kostenlos',
  tickets: 'Tickets',
  showOrder: 'Bestellung ansehen',

  confirmation: {
    subject: (event) => `Ihre Tickets für ${event}`,
    preview: (count) =>
      count === 1 ? 'Ihr Ticket ist in dieser Mail.' : `Ihre ${count} Tickets sind in dieser Mail.`,
    title: (event) => `Sie sind dabei: ${event}`,
    intro: (count) =>
      count === 1 ? 'danke! Hier ist Ihr Ticket.' : 'danke! Hier sind Ihre Tickets.',
    ticket: (number, count) => `Ticket ${number} von ${count}`,
    advice:
      'Zeigen Sie am Einlass einen Code. Wer ihn hat, kommt hinein; behalten Sie ihn also für sich.',
    pdf: 'Tickets zum Drucken (PDF)',
    calendar: 'In den Kalender eintragen',
  },
  returned: {
    subject: (event) => `Ihre Zahlung für ${event} geht zurück`,
    preview: 'Es wurden keine Tickets ausgestellt, Ihr Geld behalten Sie.',
    title: 'Ihr Geld geht zurück',
    tooLate: (event) =>
      `Ihre Zahlung für ${event} kam an, als die Tickets nicht mehr für Sie zurückgelegt und keine anderen mehr frei waren. Wir haben keine Tickets ausgestellt und schicken alles zurück.`,
    eventCancelled: (event) =>
      `${event} wurde abgesagt, bevor Ihre Zahlung ankam. Wir haben keine Tickets ausgestellt und schicken alles zurück.`,
    amount: 'Geht zurück',
    when: 'Das Geld nimmt den Weg, auf dem es kam. Bis Sie es sehen, braucht die Bank ein paar Tage.',
  },
  changed: {
    subject: (event) => `Geändert: ${event}`,
    preview: 'Ihre Tickets bleiben gültig.',
    title: (event) => `${event} hat sich geändert`,
    intro: 'der Veranstalter hat etwas geändert, für das Sie Tickets haben.',
    name: 'Name',
    date: 'Termin',
    venue: 'Ort',
    valid: 'Ihre Tickets bleiben gültig, wie sie sind.',
  },
  postponed: {
    subject: (event) => `Neuer Termin für ${event}`,
    preview: (date) => `Jetzt am ${date}.`,
    title: (event) => `${event} hat einen neuen Termin`,
    intro:
      'die Veranstaltung wurde verschoben. Ihre Tickets gelten am neuen Termin; Sie müssen nichts tun.',
    date: 'Termin',
    refund: (until) =>
      `Sie können dann nicht? Bis ${until} können Sie Ihre Tickets auf der Seite Ihrer Bestellung zurückgeben und bekommen den ganzen Preis zurück.`,
    showOrders: 'Meine Tickets ansehen',
  },
  cancelled: {
    subject: (event) => `Abgesagt: ${event}`,
    preview: 'Was Sie bezahlt haben, kommt von selbst zurück.',
    title: (event) => `${event} ist abgesagt`,
    intro:
      'es tut uns leid: Diese Veranstaltung findet nicht statt. Was Sie bezahlt haben, kommt von selbst zurück, auf dem Weg, auf dem es kam; Sie müssen nichts tun. Wir schreiben Ihnen, wenn es unterwegs ist.',
    invalid: 'Ihre Tickets dafür gelten nicht mehr.',
  },
  refund: {
    subject: (event) => `Erstattung für ${event}`,
    preview: (amount) => `${amount} sind unterwegs zu Ihnen.`,
    title: (amount) => `${amount} sind unterwegs zu Ihnen`,
    intro:
      'wir haben Ihr Geld auf dem Weg zurückgeschickt, auf dem Sie bezahlt haben. Bis Sie es sehen, braucht die Bank ein paar Tage.',
    invalid: (count) =>
      count === 1 ? 'Dieses Ticket gilt nicht mehr:' : 'Diese Tickets gelten nicht mehr:',
    amount: 'Betrag',
  },
  passwordReset: {
    subject: 'Neues Passwort wählen',
    preview: 'Der Link gilt eine Stunde.',
    title: 'Neues Passwort wählen',
    intro:
      'Jemand, hoffentlich Sie, hat für das Konto unter dieser Adresse ein neues Passwort angefordert.',
    button: 'Neues Passwort wählen',
    advice:
      'Der Link gilt eine Stunde und für ein Mal. Wenn Sie das nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist.',
  },
  verification: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    preview: 'Ein Klick, und wir wissen, dass die Adresse Ihnen gehört.',
    title: 'Ist das Ihre Adresse?',
    intro: 'Unter dieser Adresse wurde ein Konto bei Box Office eröffnet.',
    button: 'Adresse bestätigen',
    advice:
      'Der Link gilt einen Tag. Wenn Sie kein Konto eröffnet haben, tun Sie nichts: Mehr als diese Mail schreiben wir nicht.',
  },
  newAddress: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    preview: 'Damit wechselt Ihr Konto zu dieser Adresse.',
    title: 'Ist das Ihre Adresse?',
    intro: 'Jemand, hoffentlich Sie, möchte diese Adresse für sein Konto bei Box Office.',
    button: 'Diese Adresse verwenden',
    advice:
      'Der Link gilt einen Tag; bis dahin ändert sich nichts. Wenn Sie das nicht waren, tun Sie nichts.',
  },
  addressChange: {
    button: 'Passwort ändern',
    asked: {
      subject: 'Ihre E-Mail-Adresse soll sich ändern',
      preview: 'Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort.',
      title: 'Eine neue Adresse für Ihr Konto',
      intro: (address) =>
        `Jemand, der Ihr Passwort kennt, möchte für Ihr Konto die Adresse ${address}. Sie gilt, sobald der Link benutzt wird, den wir dorthin geschickt haben.`,
      advice:
        'Wenn Sie das waren, ist hier nichts zu tun. Wenn nicht, ändern Sie jetzt Ihr Passwort: Der Link bewirkt dann nichts mehr.',
    },
    done: {
      subject: 'Ihre E-Mail-Adresse wurde geändert',
      preview: 'Diese Adresse öffnet Ihr Konto nicht mehr.',
      title: 'Ihr Konto hat eine neue Adresse',
      intro: (address) =>
        `Ihr Konto hat jetzt die Adresse ${address}. Wir schreiben ab jetzt dorthin, und Sie melden sich mit ihr an.`,
      advice: 'Wenn Sie das nicht waren, schreiben Sie sofort denen, die diesen Shop betreiben.',
    },
  },
  farewell: {
    subject: 'Ihr Konto ist gelöscht',
    preview: 'Wir haben Sie vergessen, wie Sie es wollten.',
    title: 'Leben Sie wohl',
    intro:
      'Ihr Konto bei Box Office ist gelöscht. Ihr Name, Ihre Adresse und unsere Mails an Sie sind weg; was gekauft wurde, bleibt in unseren Büchern, aber als das von niemand Bestimmtem. Tickets, die Sie haben, gelten weiter durch ihre Codes.',
    advice: 'Das ist unsere letzte Mail. Sie können jederzeit ein neues Konto eröffnen.',
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
