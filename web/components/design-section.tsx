import type { ComponentChildren, VNode } from 'preact'

/** A part of the page of the design. */
export function DesignSection(props: { title: string; children: ComponentChildren }): VNode {
  const id = props.title.toLowerCase().replaceAll(' ', '-')
  return (
    <section class="design-section" aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </section>
  )
}
