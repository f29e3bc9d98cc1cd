import type { Language } from '../../../kernel/language.ts'
import { type Mail, mailOf } from '../mail.ts'
import { textsOf } from '../texts.ts'

/** Asks at a new address whether it is theirs. It names nobody: it may be a stranger's. */
export function newAddressMail(told: {
  cause: string
  recipient: { email: string; language: Language }
  url: string
}): Mail {
  const { language, email } = told.recipient
  const { subject, preview, title, intro, button, advice } = textsOf(language).newAddress
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
