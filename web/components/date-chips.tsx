/** The dates that people ask for most, one press away. Days are those of UTC, as in the search. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { daysAhead } from '../days-ahead.ts'
import { type Typed, searchPath } from '../search.ts'
import { searchTexts } from '../texts/search.ts'

export function DateChips(props: { typed: Typed; language: Language; now?: number }): VNode {
  const { typed } = props
  const t = searchTexts[props.language]
  const { today, weekend, month } = daysAhead(props.now ?? Date.now())
  const choices = [
    { label: t.anyDate, from: '', to: '' },
    { label: t.today, ...today },
    { label: t.weekend, ...weekend },
    { label: t.month, ...month },
  ]
  return (
    <nav class="chips" aria-label={t.dates}>
      <ul>
        {choices.map(({ label, from, to }) => (
          <li>
            <a
              class="chip"
              href={searchPath(typed, { from, to })}
              aria-current={typed.from === from && typed.to === to ? 'true' : undefined}
            >
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
