import type { Language } from '../../../kernel/language.ts'
import { type Mail, mailOf } from '../mail.ts'
import { textsOf } from '../texts.ts'

/** The way to a new password. It names nobody: whoever reads it may not be whom we know. */
export function passwordResetMail(told: {
  cause: string
  recipient: { email: string; language: Language }
  url: string
}): Mail {
  const { language, email } = told.recipient
  const { subject, preview, title, intro, button, advice } = textsOf(language).passwordReset
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
