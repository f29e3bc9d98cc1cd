/** What names, e-mail addresses and passwords are accepted. */
import { dictionary } from '@zxcvbn-ts/language-common'
import { AppError } from '../../kernel/errors.ts'
import { hasVisibleCharacter, isPrintableLine } from '../../kernel/visible-text.ts'
import { canonical } from './passwords.ts'

const NAME_LENGTH_MAX = 100
const EMAIL_LENGTH_MAX = 255
const PASSWORD_LENGTH_MIN = 8
const PASSWORD_LENGTH_MAX = 256

const LOCAL_PART = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}$/u
const DOMAIN_LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u
const TOP_LEVEL = /^\p{L}[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}]$/u

const commonPasswords = new Set(
  dictionary['passwords-common'].filter((password) => password.length >= PASSWORD_LENGTH_MIN),
)

/** @returns The name as it is stored. */
export function acceptName(text: string): string {
  const name = text.trim().normalize('NFC')
  const length = [...name].length
  if (length < 1 || length > NAME_LENGTH_MAX) {
    throw refusal('name', `name must have 1 to ${NAME_LENGTH_MAX} characters.`)
  }
  if (!isPrintableLine(name)) {
    throw refusal('name', 'name must not contain control characters.')
  }
  if (!hasVisibleCharacter(name)) {
    throw refusal('name', 'name must have a visible character.')
  }
  return name
}

/** @returns The address as it is stored and delivered. */
export function acceptEmail(text: string): string {
  const email = readEmail(text)
  if (email === undefined) {
    throw refusal('email', 'email must be an address such as alice@example.com.')
  }
  return email
}

/** An address without the space around it; undefined when it is none. */
export function readEmail(text: string): string | undefined {
  const email = text.trim().normalize('NFC')
  if (email.length > EMAIL_LENGTH_MAX) return undefined
  const [local = '', domain = '', ...rest] = email.split('@')
  const labels = domain.split('.')
  const isAddress =
    rest.length === 0 &&
    LOCAL_PART.test(local) &&
    !/^\.|\.\.|\.$/.test(local) &&
    labels.length > 1 &&
    labels.every((label) => DOMAIN_LABEL.test(label)) &&
    TOP_LEVEL.test(labels.at(-1) ?? '')
  return isAddress ? email : undefined
}

/**
 * Holds a new password to the rules: no demands on what it is made of, but nothing that is among
 * the first guesses.
 * @throws AppError `invalid_request` or, for one that is too easy to guess, `invalid_value`.
 */
export function checkNewPassword(typed: string, email: string): void {
  // What is hashed: a password in wide letters would be no other than in plain ones.
  const password = canonical(typed)
  const length = [...password].length
  if (length < PASSWORD_LENGTH_MIN || length > PASSWORD_LENGTH_MAX) {
    throw refusal(
      'password',
      `password must have ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters.`,
    )
  }
  if (/\0|\p{Cs}/u.test(password)) {
    throw refusal('password', 'password contains a character that cannot be typed.')
  }
  const lowerCase = password.toLowerCase()
  if (
    commonPasswords.has(lowerCase) ||
    lowerCase === email.toLowerCase() ||
    /^(.)\1*$/u.test(lowerCase)
  ) {
    throw new AppError('invalid_value', {
      field: 'password',
      detail: 'This password is among the first that others would guess. Choose another.',
    })
  }
}

const refusal = (field: string, detail: string) =>
  new AppError('invalid_request', { field, detail })
