import type { VNode } from 'preact'
import { type Typed, searchPath } from '../search.ts'

export function CategoryChips(props: {
  typed: Typed
  categories: readonly string[]
}): VNode | null {
  const { typed } = props
  const isChosen = (category: string) => category.toLowerCase() === typed.category.toLowerCase()
  // The chosen one comes first, where it is seen, whether or not there are events of it.
  const chosen = typed.category === '' ? [] : [props.categories.find(isChosen) ?? typed.category]
  const categories = [...chosen, ...props.categories.filter((category) => !isChosen(category))]
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
