import type { VNode } from 'preact'

/** Letters and digits that are read out in one breath. */
const GROUP = 5

/** A ticket's code in groups. It breaks only between them, and one tap marks all of it as one text. */
export function TicketCode({ code }: { code: string }): VNode {
  return (
    <code class="ticket-code">
      {groupsOf(code).map((group, index) => (
        <>
          {index > 0 && <wbr />}
          <span>{group}</span>
        </>
      ))}
    </code>
  )
}

/** `TCK-1234567` → `TCK-`, `12345`, `67` */
function groupsOf(code: string): string[] {
  const [prefix = '', rest = ''] = /^(\w+-)?(.*)$/.exec(code)?.slice(1) ?? []
  const groups = rest.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []
  return prefix === '' ? groups : [prefix, ...groups]
}
