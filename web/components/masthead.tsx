import type { VNode } from 'preact'
import { signInPath } from '../safe-next.ts'
import { frameTexts } from '../texts/frame.ts'
import type { Visitor } from '../visitor.ts'

export function Masthead(props: {
  visitor: Visitor
  section: 'events' | 'tickets' | undefined
}): VNode {
  const { visitor, section } = props
  const texts = frameTexts[visitor.language]
  return (
    <header class="masthead">
      <div class="wrap masthead-row">
        <a class="brand" href="/">
          <Mark />
          <span>Box Office</span>
        </a>
        <nav aria-label={texts.main}>
          <ul class="masthead-nav">
            <li class="masthead-events">
              <a href="/" aria-current={section === 'events' ? 'page' : undefined}>
                {texts.events}
              </a>
            </li>
            <li>
              <a href="/tickets" aria-current={section === 'tickets' ? 'page' : undefined}>
                {texts.myTickets}
              </a>
            </li>
          </ul>
        </nav>
        <Account visitor={visitor} />
      </div>
    </header>
  )
}

function Account({ visitor }: { visitor: Visitor }): VNode {
  const texts = frameTexts[visitor.language]
  if (visitor.user === undefined) {
    return (
      <a class="masthead-sign-in" href={signInPath(visitor.path)}>
        {texts.signIn}
      </a>
    )
  }
  return (
    <form class="masthead-account" method="post" action="/sign-out">
      <a class="masthead-name" href="/account">
        <span class="visually-hidden">{texts.account}: </span>
        <bdi>{visitor.user.name}</bdi>
      </a>
      <button class="masthead-sign-in" type="submit">
        {texts.signOut}
      </button>
    </form>
  )
}

/** A ticket, a little tilted. */
function Mark(): VNode {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g transform="rotate(-14 16 16)" fill="#ffd23a">
        <path d="M2 10.5a2 2 0 0 1 2-2h14v2.2h2V8.5h8a2 2 0 0 1 2 2v2.6a3 3 0 0 0 0 5.8v2.6a2 2 0 0 1-2 2h-8v-2.2h-2v2.2H4a2 2 0 0 1-2-2v-2.6a3 3 0 0 0 0-5.8zM18 13v2.2h2V13zm0 4.4v2.2h2v-2.2z" />
      </g>
    </svg>
  )
}
