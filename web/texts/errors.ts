/** Pages that are shown when another cannot be. */
import type { ErrorCode } from '../../src/kernel/errors.ts'
import type { Texts } from './texts.ts'

/** A title and a sentence. */
export interface Words {
  title: string
  text: string
}

interface ErrorTexts {
  byCode: Partial<Record<ErrorCode, Words>>
  /** Of the codes that are not there; their sentence is the refusal's. */
  forbidden: string
  other: string
  goOn: string
  report: string
}

const en: ErrorTexts = {
  byCode: {
    not_found: {
      title: 'There is nothing here',
      text: 'The address may be mistyped, or what was here is gone.',
    },
    rate_limited: {
      title: 'Too many requests',
      text: 'Wait a minute, then load the page again.',
    },
    unavailable: {
      title: 'We cannot answer right now',
      text: 'Nothing was done. Try again in a few seconds.',
    },
    internal_error: {
      title: 'Something went wrong on our side',
      text: 'It has been noted. Try again; if it stays, tell us.',
    },
  },
  forbidden: 'This is not open to you',
  other: 'This did not work',
  goOn: 'See all events',
  report: 'If you report this, name the request:',
}

export const errorTexts: Texts<ErrorTexts> = {
  en,
  de: {
    byCode: {
      not_found: {
        title: 'Hier ist nichts',
        text: 'Vielleicht ist die Adresse vertippt, oder was hier war, gibt es nicht mehr.',
      },
      rate_limited: {
        title: 'Zu viele Anfragen',
        text: 'Warten Sie eine Minute und laden Sie die Seite dann neu.',
      },
      unavailable: {
        title: 'Wir können gerade nicht antworten',
        text: 'Es ist nichts geschehen. Versuchen Sie es in ein paar Sekunden noch einmal.',
      },
      internal_error: {
        title: 'Bei uns ist etwas schiefgegangen',
        text: 'Es ist notiert. Versuchen Sie es noch einmal; bleibt es dabei, sagen Sie es uns.',
      },
    },
    forbidden: 'Das steht Ihnen nicht offen',
    other: 'Das hat nicht geklappt',
    goOn: 'Alle Veranstaltungen',
    report: 'Wenn Sie uns das melden, nennen Sie die Anfrage:',
  },
}
