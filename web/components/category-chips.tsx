import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { type Typed, searchPath } from '../search.ts'
import { searchTexts } from '../texts/search.ts'

export function CategoryChips(props: {
  typed: Typed
  categories: readonly string[]
  language: Language
}): VNode | null {
  const { typed } = props
  const t = searchTexts[props.language]
  const isChosen = (category: string) => category.toLowerCase() === typed.category.toLowerCase()
  // The chosen one comes first, where it is seen, whether or not there are events of it.
  const chosen = typed.category === '' ? [] : [props.categories.find(isChosen) ?? typed.category]
  const categories = [...chosen, ...props.categories.filter((category) => !isChosen(category))]
  if (categories.length === 0) return null
  return (
    <nav class="chips" aria-label={t.categories} id="categories">
      <ul>
        {['', ...categories].map((category) => (
          <li>
            <a
              class="chip"
              href={searchPath(typed, { category })}
              aria-current={isChosen(category) ? 'true' : undefined}
            >
              {category === '' ? t.all : category}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
