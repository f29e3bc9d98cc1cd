/**
 * The ways to sign in with an account elsewhere. They are links: a form would be led to another
 * site, which the policy of our pages forbids.
 */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { foreignSignInTexts } from '../texts/foreign-sign-in.ts'

export function SignInWith(props: {
  providers: readonly { id: string; name: string }[]
  /** Where to go afterwards; a path of ours. */
  next: string
  language: Language
}): VNode | null {
  const { providers, next, language } = props
  if (providers.length === 0) return null
  const t = foreignSignInTexts[language]
  return (
    <nav class="sign-in-with" aria-label={t.ways}>
      <p class="sign-in-or">{t.or}</p>
      {providers.map(({ id, name }) => (
        <a class="button button-quiet" href={signInWithPath(id, next)}>
          {t.continueWith(name)}
        </a>
      ))}
    </nav>
  )
}

const signInWithPath = (id: string, next: string): string =>
  next === '/' ? `/sign-in/with/${id}` : `/sign-in/with/${id}?next=${encodeURIComponent(next)}`
