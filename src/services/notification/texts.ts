/** What mails say, by language. A text that one language lacks does not compile. */
import type { Language } from '../../kernel/language.ts'
import { english } from './texts-english.ts'
import { german } from './texts-german.ts'

export type Texts = typeof english

const TEXTS: Record<Language, Texts> = { en: english, de: german }

export const textsOf = (language: Language): Texts => TEXTS[language]
