import type { ComponentChildren, VNode } from 'preact'
import { Icon } from './icon.tsx'

/** Something that somebody must read. A problem takes the focus, and so comes into view. */
export function Notice(props: {
  tone: 'problem' | 'done' | 'info'
  title: string
  children?: ComponentChildren
}): VNode {
  const isProblem = props.tone === 'problem'
  return (
    <div
      class={`notice notice-${props.tone}`}
      role={isProblem ? 'alert' : 'status'}
      {...(isProblem ? { tabIndex: -1, autofocus: true } : {})}
    >
      <Icon name={props.tone === 'done' ? 'check' : 'alert'} />
      <div>
        <p class="notice-title">{props.title}</p>
        {props.children}
      </div>
    </div>
  )
}

/** What is wrong with a field of a form. */
export interface Fault {
  field: string
  message: string
  /** Where to look: what the field says need not be said above it, too, when it is the only one. */
  see?: string
}

/** What is wrong with a form, each entry leading to its field; a single one only says where. */
export function ErrorSummary(props: { title: string; faults: readonly Fault[] }): VNode | null {
  const { faults } = props
  if (faults.length === 0) return null
  return (
    <Notice tone="problem" title={props.title}>
      <ul>
        {faults.map(({ field, message, see }) => (
          <li>
            <a href={`#${field}`}>{faults.length === 1 ? (see ?? message) : message}</a>
          </li>
        ))}
      </ul>
    </Notice>
  )
}
