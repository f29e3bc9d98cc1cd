import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { signInTexts } from '../texts/sign-in.ts'

/**
 * A password, in a field that password managers know. Where there is script it can be shown, and a
 * new one says how good it is while it is typed.
 */
export function PasswordField(props: {
  language: Language
  label: string
  fault: string | undefined
  /** Where it is the one that the account has, or one to sign in with. */
  isCurrent?: boolean
  name?: 'password' | 'current_password'
}): VNode {
  const { language, label, fault, isCurrent = false, name = 'password' } = props
  const t = signInTexts[language]
  const described = [!isCurrent && `${name}-hint`, fault && `${name}-fault`].filter(Boolean)
  return (
    <div
      class="field"
      data-island="password"
      data-show={t.show}
      data-hide={t.hide}
      {...(isCurrent
        ? {}
        : {
            'data-short': t.strength.short,
            'data-fair': t.strength.fair,
            'data-good': t.strength.good,
          })}
    >
      <label for={name}>{label}</label>
      {!isCurrent && (
        <p class="field-hint" id={`${name}-hint`}>
          {t.passwordHint}
        </p>
      )}
      {fault !== undefined && (
        <p class="field-fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
      <div class="password">
        <input
          type="password"
          id={name}
          name={name}
          required
          maxLength={1_000}
          autocomplete={isCurrent ? 'current-password' : 'new-password'}
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={fault === undefined ? undefined : true}
          aria-describedby={described.length === 0 ? undefined : described.join(' ')}
        />
        <button class="password-show" type="button" aria-pressed="false" hidden>
          {t.show}
          <span class="visually-hidden"> {label}</span>
        </button>
      </div>
      {!isCurrent && <p class="password-strength" role="status" />}
    </div>
  )
}
