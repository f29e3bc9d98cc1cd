import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { searchTexts } from '../texts/search.ts'
import { Icon } from './icon.tsx'

/** A limit of the search that is one press away, and with the next press gone again. */
export function Chip(props: {
  label: string
  /** The address of the search with it, or without it where it is chosen. */
  href: string
  isChosen: boolean
  language: Language
}): VNode {
  return (
    <li>
      <a class="chip" href={props.href} aria-current={props.isChosen ? 'true' : undefined}>
        {props.label}
        {props.isChosen && (
          <>
            <Icon name="close" />
            <span class="visually-hidden">{searchTexts[props.language].showWithout}</span>
          </>
        )}
      </a>
    </li>
  )
}
