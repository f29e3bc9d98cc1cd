/** Signing in and signing up. */
import type { VNode } from 'preact'
import { LANGUAGES, type Language } from '../../src/kernel/language.ts'
import {
  AccountLayout,
  EmailField,
  Problem,
  type FormProblem,
} from '../components/account-form.tsx'
import { Field, faultOf } from '../components/field.tsx'
import { SignInWith } from '../components/sign-in-with.tsx'
import { LANGUAGE_NAMES } from '../components/language-switch.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import type { Visitor } from '../visitor.ts'

export interface AccountFormProps {
  visitor: Visitor
  /** Where to go afterwards; a path of ours. */
  next: string
  /** What was typed, without the password. */
  typed: { name: string; email: string; userType: string; language: string }
  problem: FormProblem | undefined
  /** With which people can sign in who have an account there. */
  providers: readonly { id: string; name: string }[]
}

export function SignInPage(props: AccountFormProps): VNode {
  const { visitor, problem, typed, next } = props
  const { language } = visitor
  const t = signInTexts[language]
  const faults = problem?.faults ?? []
  return (
    <AccountLayout visitor={visitor} title={t.signIn} posterId={1}>
      <Problem problem={problem} />
      {problem === undefined && next.startsWith('/events/') && (
        <p class="account-why">{t.whySignIn}</p>
      )}
      <form method="post" action="/sign-in">
        <input type="hidden" name="next" value={next} />
        <EmailField
          language={language}
          value={typed.email}
          fault={faultOf(faults, 'email')}
          autocomplete="username"
        />
        <PasswordField
          language={language}
          label={t.password}
          fault={faultOf(faults, 'password')}
          isCurrent
        />
        <button class="button button-big" type="submit">
          {t.signIn}
        </button>
      </form>
      <SignInWith providers={props.providers} next={next} language={props.visitor.language} />
      <p>
        <a href="/forgot-password">{t.forgotten}</a>
      </p>
      <p>
        {t.newHere} <a href={withNext('/sign-up', next)}>{t.createAccount}</a>
      </p>
    </AccountLayout>
  )
}

export function SignUpPage(props: AccountFormProps): VNode {
  const { visitor, problem, typed, next } = props
  const { language } = visitor
  const t = signInTexts[language]
  const faults = problem?.faults ?? []
  return (
    <AccountLayout visitor={visitor} title={t.createAccount} posterId={9}>
      <Problem problem={problem} />
      <form method="post" action="/sign-up">
        <input type="hidden" name="next" value={next} />
        <Field
          name="name"
          label={t.name}
          value={typed.name}
          fault={faultOf(faults, 'name')}
          required
          maxLength={100}
          autocomplete="name"
        />
        <EmailField
          language={language}
          value={typed.email}
          fault={faultOf(faults, 'email')}
          autocomplete="username"
        />
        <PasswordField language={language} label={t.password} fault={faultOf(faults, 'password')} />
        <UserTypeChoice chosen={typed.userType} language={language} />
        <LanguageField
          label={t.language}
          chosen={typed.language === '' ? language : typed.language}
        />
        <button class="button button-big" type="submit">
          {t.create}
        </button>
      </form>
      <SignInWith providers={props.providers} next={next} language={props.visitor.language} />
      <p>
        {t.haveOne} <a href={withNext('/sign-in', next)}>{t.signIn}</a>
      </p>
    </AccountLayout>
  )
}

/** Each language is called by its own name. */
export function LanguageField({ label, chosen }: { label: string; chosen: string }): VNode {
  return (
    <div class="field">
      <label for="language">{label}</label>
      <select id="language" name="language">
        {LANGUAGES.map((language) => (
          <option value={language} lang={language} selected={language === chosen}>
            {LANGUAGE_NAMES[language]}
          </option>
        ))}
      </select>
    </div>
  )
}

function UserTypeChoice({ chosen, language }: { chosen: string; language: Language }): VNode {
  const t = signInTexts[language]
  const isOrganizer = chosen === 'organizer'
  return (
    <fieldset class="types" id="user_type">
      <legend>{t.what}</legend>
      <label class="type">
        <input type="radio" name="user_type" value="guest" checked={!isOrganizer} />
        <span class="type-name">{t.guest}</span>
        <span class="type-note">{t.guestNote}</span>
      </label>
      <label class="type">
        <input type="radio" name="user_type" value="organizer" checked={isOrganizer} />
        <span class="type-name">{t.organizer}</span>
        <span class="type-note">{t.organizerNote}</span>
      </label>
    </fieldset>
  )
}

const withNext = (path: string, next: string): string =>
  next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`
