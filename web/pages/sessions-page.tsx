/** Where somebody is signed in. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { Notice } from '../components/notice.tsx'
import { longDay } from '../format.ts'
import type { OwnSession } from '../needs.ts'
import { accountTexts } from '../texts/account.ts'
import type { Visitor } from '../visitor.ts'
import { OwnAccountLayout } from './own-account-page.tsx'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export function SessionsPage(props: {
  visitor: Visitor
  sessions: readonly OwnSession[]
  done: 'one' | 'others' | undefined
}): VNode {
  const { visitor, sessions, done } = props
  const t = accountTexts[visitor.language]
  const hasOthers = sessions.some(({ isCurrent }) => !isCurrent)
  return (
    <OwnAccountLayout visitor={visitor} title={t.sessions} isBelow>
      {done !== undefined && (
        <Notice tone="done" title={done === 'one' ? t.sessionEnded : t.othersEnded} />
      )}
      <ul class="sessions">
        {sessions.map((session) => (
          <Session session={session} language={visitor.language} />
        ))}
      </ul>
      {hasOthers ? (
        <form method="post" action="/account/sessions/others/end">
          <button class="button" type="submit">
            {t.signOutOthers}
          </button>
        </form>
      ) : (
        <p>{t.noOthers}</p>
      )}
      <p class="own-account-note">{t.sessionsNote}</p>
    </OwnAccountLayout>
  )
}

function Session({ session, language }: { session: OwnSession; language: Language }): VNode {
  const t = accountTexts[language]
  const { sessionId, kind, device, signedInAt, lastSeenAt, isCurrent } = session
  const name = device ?? t.unknownDevice
  return (
    <li class="own-account-row">
      <div>
        <h2>
          <bdi>{name}</bdi> {isCurrent && <span class="tag tag-low">{t.thisDevice}</span>}
          {kind === 'refresh' && <span class="tag">{t.byApi}</span>}
        </h2>
        <p class="own-account-note">
          {t.signedIn(longDay(signedInAt, 'UTC', language))},{' '}
          {t.lastSeen(lastSeen(lastSeenAt, language))}
        </p>
      </div>
      {!isCurrent && (
        <form method="post" action={`/account/sessions/${sessionId}/end`}>
          <button class="button button-quiet" type="submit">
            {t.signOut}
            <span class="visually-hidden"> {name}</span>
          </button>
        </form>
      )}
    </li>
  )
}

/** Coarse on purpose: `in the last hour`, `3 hours ago`, `yesterday`, `12 days ago`. */
function lastSeen(at: Date, language: Language, now = Date.now()): string {
  const ago = now - at.getTime()
  // Times are kept to the hour, so that up to two of them may have passed.
  if (ago < 2 * HOUR_MS) return accountTexts[language].lately
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  return ago < DAY_MS
    ? relative.format(-Math.floor(ago / HOUR_MS), 'hour')
    : relative.format(-Math.floor(ago / DAY_MS), 'day')
}
