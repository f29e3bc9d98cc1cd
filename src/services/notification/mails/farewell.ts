import type { Language } from '../../../kernel/language.ts'
import { type Mail, mailOf } from '../mail.ts'
import { textsOf } from '../texts.ts'

/** Says that an account is gone. */
export function farewellMail(told: {
  cause: string
  recipient: { email: string; language: Language }
}): Mail {
  const { language, email } = told.recipient
  const { subject, preview, title, intro, advice } = textsOf(language).farewell
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
        { kind: 'note', text: advice },
      ],
    },
  })
}
