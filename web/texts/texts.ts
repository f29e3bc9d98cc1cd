/** Words of the pages, in every language that they are shown in. */
import type { Language } from '../../src/kernel/language.ts'

export type Texts<Words> = Readonly<Record<Language, Words>>
