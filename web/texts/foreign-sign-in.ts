/** Signing in with an account elsewhere. */
import type { SignInRefusal } from '../needs.ts'
import type { Texts } from './texts.ts'

interface Refused {
  title: string
  text: string
}

const refusedInEnglish = (provider: string): Record<SignInRefusal, Refused> => ({
  away: {
    title: `${provider} does not answer`,
    text: `You are not signed in. Try again in a moment, or sign in with your e-mail address.`,
  },
  declined: {
    title: 'You are not signed in',
    text: `You did not agree at ${provider}, so nothing was done.`,
  },
  mistrusted: {
    title: 'You are not signed in',
    text: `What ${provider} answered could not be checked, so nothing was done. Try again.`,
  },
  stale: {
    title: 'This sign-in is over',
    text: 'It was begun more than ten minutes ago or in another browser, or used before. Begin again.',
  },
  unverified: {
    title: `${provider} does not know your e-mail address well enough`,
    text: `Only an address that you have confirmed at ${provider} can open an account here. Confirm it there and try again, or create an account with a password.`,
  },
  taken: {
    title: 'Nothing was connected',
    text: `This account of yours at ${provider} opens another account here. Sign in to that one, and disconnect it there first.`,
  },
  suspended: {
    title: 'This account is suspended',
    text: 'Write to whoever runs the shop.',
  },
})

const refusedInGerman = (provider: string): Record<SignInRefusal, Refused> => ({
  away: {
    title: `${provider} antwortet nicht`,
    text: 'Sie sind nicht angemeldet. Versuchen Sie es gleich noch einmal, oder melden Sie sich mit Ihrer E-Mail-Adresse an.',
  },
  declined: {
    title: 'Sie sind nicht angemeldet',
    text: `Sie haben bei ${provider} nicht zugestimmt, also ist nichts geschehen.`,
  },
  mistrusted: {
    title: 'Sie sind nicht angemeldet',
    text: `Was ${provider} geantwortet hat, ließ sich nicht prüfen, also ist nichts geschehen. Versuchen Sie es noch einmal.`,
  },
  stale: {
    title: 'Diese Anmeldung ist vorbei',
    text: 'Sie wurde vor mehr als zehn Minuten oder in einem anderen Browser begonnen, oder schon benutzt. Fangen Sie neu an.',
  },
  unverified: {
    title: `${provider} kennt Ihre E-Mail-Adresse nicht gut genug`,
    text: `Nur eine Adresse, die Sie bei ${provider} bestätigt haben, kann hier ein Konto öffnen. Bestätigen Sie sie dort und versuchen Sie es noch einmal, oder legen Sie ein Konto mit Passwort an.`,
  },
  taken: {
    title: 'Es wurde nichts verbunden',
    text: `Dieses Konto bei ${provider} öffnet hier ein anderes Konto. Melden Sie sich dort an, und trennen Sie es zuerst.`,
  },
  suspended: {
    title: 'Dieses Konto ist gesperrt',
    text: 'Schreiben Sie an den Betreiber des Shops.',
  },
})

const en = {
  continueWith: (provider: string) => `Continue with ${provider}`,
  or: 'or',
  ways: 'Other ways to sign in',
  refused: refusedInEnglish,
  again: 'Back to signing in',
  backToAccount: 'Back to your account',
  existsTitle: 'You have an account here',
  exists: (provider: string, email: string) =>
    `There is an account with the address ${email}. Sign in with its password to connect it; afterwards ${provider} opens it, too.`,
  password: 'Password',
  connect: 'Sign in and connect',
  notConnected: 'Nothing was connected',
  wrongPassword: 'The password is wrong.',
  forgot: 'You do not know it? Ask for a new password',
  connectTitle: (provider: string) => `Connect ${provider}`,
  connectWhy: (provider: string) =>
    `Your account at ${provider} will open your account here. Enter your password, so that we know that it is you.`,
  connectWithoutPassword: (provider: string) =>
    `Your account at ${provider} will open your account here, too.`,
  goOn: 'Go on',
  leave: (provider: string) => `Go to ${provider}`,
  leaveWhy: (provider: string) => `You come back here when you have signed in at ${provider}.`,
  connected: 'Connected accounts',
  connectedSince: (day: string) => `since ${day}`,
  disconnect: (provider: string) => `Disconnect ${provider}`,
  lastWay: 'This is the only way into your account. To disconnect it, set a password first.',
  setPassword: 'Set a password',
  none: 'You sign in with your password alone.',
}

export const foreignSignInTexts: Texts<typeof en> = {
  en,
  de: {
    continueWith: (provider) => `Weiter mit ${provider}`,
    or: 'oder',
    ways: 'Andere Wege, sich anzumelden',
    refused: refusedInGerman,
    again: 'Zurück zur Anmeldung',
    backToAccount: 'Zurück zu Ihrem Konto',
    existsTitle: 'Sie haben hier ein Konto',
    exists: (provider, email) =>
      `Es gibt ein Konto mit der Adresse ${email}. Melden Sie sich mit seinem Passwort an, um es zu verbinden: Von da an öffnet es auch ${provider}.`,
    password: 'Passwort',
    connect: 'Anmelden und verbinden',
    notConnected: 'Es wurde nichts verbunden',
    wrongPassword: 'Das Passwort stimmt nicht.',
    forgot: 'Sie kennen es nicht? Neues Passwort anfordern',
    connectTitle: (provider) => `${provider} verbinden`,
    connectWhy: (provider) =>
      `Ihr Konto bei ${provider} wird Ihr Konto hier öffnen. Geben Sie Ihr Passwort ein, damit wir wissen, dass Sie es sind.`,
    connectWithoutPassword: (provider) =>
      `Ihr Konto bei ${provider} wird auch Ihr Konto hier öffnen.`,
    goOn: 'Weiter',
    leave: (provider) => `Zu ${provider}`,
    leaveWhy: (provider) =>
      `Sie kommen hierher zurück, wenn Sie sich bei ${provider} angemeldet haben.`,
    connected: 'Verbundene Konten',
    connectedSince: (day) => `seit ${day}`,
    disconnect: (provider) => `${provider} trennen`,
    lastWay:
      'Das ist der einzige Weg in Ihr Konto. Um es zu trennen, legen Sie zuerst ein Passwort fest.',
    setPassword: 'Passwort festlegen',
    none: 'Sie melden sich nur mit Ihrem Passwort an.',
  },
}
