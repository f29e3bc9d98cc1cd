import type { Language } from '../../../kernel/language.ts'
import { type Mail, mailOf } from '../mail.ts'
import { textsOf } from '../texts.ts'

/**
 * Tells the old address of an account that there is to be a new one, or is one.
 * @param told.url Where the password can be changed, while that still stops it.
 */
export function addressChangeMail(
  stage: 'asked' | 'done',
  told: {
    cause: string
    recipient: { email: string; language: Language }
    newEmail: string
    url?: string
  },
): Mail {
  const { language, email } = told.recipient
  const texts = textsOf(language).addressChange
  const { subject, preview, title, intro, advice } = texts[stage]
  return mailOf({
    cause: told.cause,
    to: email,
    letter: {
      language,
      subject,
      preview,
      title,
      blocks: [
        { kind: 'paragraph', text: intro(shortened(told.newEmail)) },
        { kind: 'note', text: advice },
        ...(told.url === undefined
          ? []
          : [{ kind: 'button' as const, label: texts.button, url: told.url }]),
      ],
    },
  })
}

/** `a…@example.com`: its owner knows it by that, and who reads along does not. */
const shortened = (email: string): string => {
  const [first = ''] = email
  return `${first}…${email.slice(email.indexOf('@'))}`
}
