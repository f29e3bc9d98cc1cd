/** In the own account: what opens it besides its password. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import type { Connections } from '../needs.ts'
import { foreignSignInTexts } from '../texts/foreign-sign-in.ts'

export function ConnectedSignIns(props: {
  connections: Connections
  language: Language
}): VNode | null {
  const { connections, language } = props
  const { identities, others, hasPassword } = connections
  if (identities.length === 0 && others.length === 0) return null
  const t = foreignSignInTexts[language]
  const isStuck = identities.some(({ canRemove }) => !canRemove)
  return (
    <section class="connected" id="connected" aria-labelledby="connected-title">
      <h2 id="connected-title">{t.connected}</h2>
      {identities.length === 0 && <p>{t.none}</p>}
      {identities.length > 0 && (
        <ul class="connected-list">
          {identities.map((identity) => (
            <li>
              <ConnectedSignIn identity={identity} language={language} />
            </li>
          ))}
        </ul>
      )}
      {isStuck && <p>{t.lastWay}</p>}
      {!hasPassword && (
        <p>
          <a href="/forgot-password">{t.setPassword}</a>
        </p>
      )}
      {others.map(({ id, name }) => (
        <a class="button button-quiet" href={`/account/connect/${id}`}>
          {t.connectTitle(name)}
        </a>
      ))}
    </section>
  )
}

function ConnectedSignIn(props: {
  identity: Connections['identities'][number]
  language: Language
}): VNode {
  const { id, name, email, createdAt, canRemove } = props.identity
  const t = foreignSignInTexts[props.language]
  const day = createdAt.toLocaleDateString(props.language, { dateStyle: 'long', timeZone: 'UTC' })
  return (
    <>
      <p>
        <strong>{name}</strong> {email !== null && <span dir="auto">{email}</span>}{' '}
        <span class="connected-since">{t.connectedSince(day)}</span>
      </p>
      {canRemove && (
        <form method="post" action={`/account/identities/${id}/remove`}>
          <button class="button button-quiet" type="submit">
            {t.disconnect(name)}
          </button>
        </form>
      )}
    </>
  )
}
