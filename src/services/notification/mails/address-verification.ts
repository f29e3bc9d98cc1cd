import type { Language } from '../../../kernel/language.ts'
import { type Mail, mailOf } from '../mail.ts'
import { textsOf } from '../texts.ts'

/**
 * Asks whether the address is theirs. Nothing that was typed at registration is in it: anybody can
 * register anybody's address, and must not be able to have us write to them what they like.
 */
export function addressVerificationMail(told: {
  cause: string
  recipient: { email: string; language: Language }
  url: string
}): Mail {
  const { language, email } = told.recipient
  const { subject, preview, title, intro, button, advice } = textsOf(language).verification
  return mailOf({
    cause: told.cause,
    to: email,
    letter: {
      language,
      subject,
      preview,
      title,
      blocks: [
        { kind: 'paragraph', text: intro },
        { kind: 'button', label: button, url: told.url },
        { kind: 'note', text: advice },
      ],
    },
  })
}
