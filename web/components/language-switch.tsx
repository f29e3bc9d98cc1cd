import type { VNode } from 'preact'
import { frameTexts } from '../texts/frame.ts'
import type { Visitor } from '../visitor.ts'

export const LANGUAGE_NAMES = { en: 'English', de: 'Deutsch' } as const
const LANGUAGES = ['en', 'de'] as const

/** A form, so that it needs no script; the same page comes back in the other language. */
export function LanguageSwitch({ visitor }: { visitor: Visitor }): VNode {
  return (
    <form class="language-switch" method="post" action="/language">
      <input type="hidden" name="next" value={visitor.path} />
      <fieldset>
        <legend class="visually-hidden">{frameTexts[visitor.language].language}</legend>
        {LANGUAGES.map((language) => (
          <button
            type="submit"
            name="language"
            value={language}
            lang={language}
            aria-pressed={language === visitor.language}
          >
            {LANGUAGE_NAMES[language]}
          </button>
        ))}
      </fieldset>
    </form>
  )
}
