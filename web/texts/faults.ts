/** What is wrong with a field of a form about an account: by the code of the refusal and the field. */
import type { Texts } from './texts.ts'

/** Leads to the field that says what is wrong with it. */
export const seeField: Texts<(label: string) => string> = {
  en: (label) => `See “${label}” below.`,
  de: (label) => `Siehe unten: „${label}“.`,
}

const en = {
  invalid_credentials: 'E-mail address or password is wrong.',
  'invalid_request:name': 'The name must have 1 to 100 characters that can be printed.',
  'invalid_request:email': 'The e-mail address must be one such as alice@example.com.',
  'invalid_value:email': 'This is the address that your account has already.',
  'email_taken:email': 'An account with this e-mail address exists already.',
  'invalid_request:password': 'The password must have 8 to 256 characters.',
  'invalid_value:password':
    'This password is among the first that others would guess. Choose another.',
  'invalid_value:current_password': 'This is not the password of your account.',
  'confirmation_needed:accepts_losing_sight': 'Say that you have saved your tickets.',
}

export type FaultTexts = typeof en

export const faultTexts: Texts<FaultTexts> = {
  en,
  de: {
    invalid_credentials: 'E-Mail-Adresse oder Passwort stimmt nicht.',
    'invalid_request:name': 'Der Name braucht 1 bis 100 druckbare Zeichen.',
    'invalid_request:email': 'Die E-Mail-Adresse muss eine sein wie alice@example.com.',
    'invalid_value:email': 'Das ist die Adresse, die Ihr Konto schon hat.',
    'email_taken:email': 'Mit dieser E-Mail-Adresse gibt es schon ein Konto.',
    'invalid_request:password': 'Das Passwort braucht 8 bis 256 Zeichen.',
    'invalid_value:password':
      'Dieses Passwort gehört zu den ersten, die andere raten würden. Wählen Sie ein anderes.',
    'invalid_value:current_password': 'Das ist nicht das Passwort Ihres Kontos.',
    'confirmation_needed:accepts_losing_sight': 'Sagen Sie, dass Sie Ihre Tickets gesichert haben.',
  },
}
