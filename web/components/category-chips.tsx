import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { type Typed, searchPath } from '../search.ts'
import { searchTexts } from '../texts/search.ts'
import { Chip } from './chip.tsx'

export function CategoryChips(props: {
  typed: Typed
  categories: readonly string[]
  language: Language
}): VNode | null {
  const { typed, language } = props
  const isTheChosen = (category: string) => category.toLowerCase() === typed.category.toLowerCase()
  // The chosen one comes first, where it is seen, whether or not there are events of it.
  const chosen = typed.category === '' ? [] : [props.categories.find(isTheChosen) ?? typed.category]
  const others = props.categories.filter((category) => !isTheChosen(category))
  if (chosen.length + others.length === 0) return null
  return (
    <nav class="chips" aria-label={searchTexts[language].categories}>
      <ul>
        {[...chosen, ...others].map((category, index) => {
          const isChosen = index < chosen.length
          const href = searchPath(typed, { category: isChosen ? '' : category })
          return <Chip {...{ label: category, href, isChosen, language }} />
        })}
      </ul>
    </nav>
  )
}
