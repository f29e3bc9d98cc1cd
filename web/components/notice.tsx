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

/** What is wrong with a form, each entry leading to its field. */
export function ErrorSummary(props: {
  title: string
  faults: readonly { field: string; message: string }[]
}): VNode | null {
  if (props.faults.length === 0) return null
  return (
    <Notice tone="problem" title={props.title}>
      <ul>
        {props.faults.map(({ field, message }) => (
          <li>
            <a href={`#${field}`}>{message}</a>
          </li>
        ))}
      </ul>
    </Notice>
  )
}
