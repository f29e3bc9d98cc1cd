import type { VNode } from 'preact'
import { type Typed, searchPath } from '../search.ts'

export function CategoryChips(props: {
  typed: Typed
  categories: readonly string[]
}): VNode | null {
  const { typed } = props
  const isChosen = (category: string) => category.toLowerCase() === typed.category.toLowerCase()
  // One that is searched for is shown, whether or not there are events of it.
  const known = props.categories.some(isChosen) || typed.category === ''
  const categories = known ? props.categories : [...props.categories, typed.category]
  if (categories.length === 0) return null
  return (
    <nav class="chips" aria-label="Categories">
      <ul>
        {['', ...categories].map((category) => (
          <li>
            <a
              class="chip"
              href={searchPath(typed, { category })}
              aria-current={isChosen(category) ? 'true' : undefined}
            >
              {category === '' ? 'All' : category}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
