/** The dates that people ask for most, one press away. Days are those of UTC, as in the search. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { daysAhead } from '../days-ahead.ts'
import { type Typed, searchPath } from '../search.ts'
import { searchTexts } from '../texts/search.ts'
import { Chip } from './chip.tsx'

export function DateChips(props: { typed: Typed; language: Language; now?: number }): VNode {
  const { typed, language } = props
  const t = searchTexts[language]
  const { today, weekend, month } = daysAhead(props.now ?? Date.now())
  const choices = [
    { label: t.today, days: today },
    { label: t.weekend, days: weekend },
    { label: t.month, days: month },
  ]
  return (
    <nav class="chips" aria-label={t.dates}>
      <ul>
        {choices.map(({ label, days }) => {
          const isChosen = typed.from === days.from && typed.to === days.to
          const href = searchPath(typed, isChosen ? { from: '', to: '' } : { ...days })
          return <Chip {...{ label, href, isChosen, language }} />
        })}
      </ul>
    </nav>
  )
}
