/** The forms of the own account, each on a page of its own. */
import type { VNode } from 'preact'
import { EmailField, type FormProblem, Problem } from '../components/account-form.tsx'
import { Field, faultOf } from '../components/field.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { accountTexts } from '../texts/account.ts'
import { signInTexts } from '../texts/sign-in.ts'
import type { Visitor } from '../visitor.ts'
import { LanguageField } from './account-pages.tsx'
import { OwnAccountLayout } from './own-account-page.tsx'

interface FormProps {
  visitor: Visitor
  problem: FormProblem | undefined
}

export function ChangeNamePage({ visitor, problem, name }: FormProps & { name: string }): VNode {
  const t = accountTexts[visitor.language]
  return (
    <OwnAccountLayout visitor={visitor} title={t.changeName} isBelow>
      <Problem problem={problem} />
      <form class="own-account-form" method="post" action="/account/name">
        <Field
          name="name"
          label={t.name}
          hint={t.nameNote}
          value={name}
          fault={faultOf(problem?.faults ?? [], 'name')}
          required
          maxLength={100}
          autocomplete="name"
        />
        <button class="button button-big" type="submit">
          {t.save}
        </button>
      </form>
    </OwnAccountLayout>
  )
}

export function ChangeLanguagePage({ visitor, problem }: FormProps): VNode {
  const { language } = visitor
  const t = accountTexts[language]
  return (
    <OwnAccountLayout visitor={visitor} title={t.changeLanguage} isBelow>
      <Problem problem={problem} />
      <p>{t.languageNote}</p>
      <form class="own-account-form" method="post" action="/account/language">
        <LanguageField label={t.language} chosen={language} />
        <button class="button button-big" type="submit">
          {t.save}
        </button>
      </form>
    </OwnAccountLayout>
  )
}

export function ChangeEmailPage(props: FormProps & { present: string; email: string }): VNode {
  const { visitor, problem, present, email } = props
  const { language } = visitor
  const t = accountTexts[language]
  const faults = problem?.faults ?? []
  return (
    <OwnAccountLayout visitor={visitor} title={t.changeEmail} isBelow>
      <Problem problem={problem} />
      <p>{t.emailHow}</p>
      <form class="own-account-form" method="post" action="/account/email">
        <Username email={present} />
        <EmailField
          language={language}
          label={t.newEmail}
          value={email}
          fault={faultOf(faults, 'email')}
        />
        <CurrentPassword visitor={visitor} problem={problem} />
        <button class="button button-big" type="submit">
          {t.sendLink}
        </button>
      </form>
      <NoPassword visitor={visitor} />
    </OwnAccountLayout>
  )
}

export function ChangePasswordPage(props: FormProps & { present: string }): VNode {
  const { visitor, problem, present } = props
  const { language } = visitor
  const t = accountTexts[language]
  return (
    <OwnAccountLayout visitor={visitor} title={t.changePassword} isBelow>
      <Problem problem={problem} />
      <p>{t.passwordNote}</p>
      <form class="own-account-form" method="post" action="/account/password">
        <Username email={present} />
        <CurrentPassword visitor={visitor} problem={problem} />
        <PasswordField
          language={language}
          label={signInTexts[language].newPassword}
          fault={faultOf(problem?.faults ?? [], 'password')}
        />
        <button class="button button-big" type="submit">
          {t.changePassword}
        </button>
      </form>
      <NoPassword visitor={visitor} />
    </OwnAccountLayout>
  )
}

/** Whose password it is, for password managers; people have no use for it. */
export const Username = ({ email }: { email: string }): VNode => (
  <input type="text" name="username" autocomplete="username" value={email} readOnly hidden />
)

export function CurrentPassword({ visitor, problem }: FormProps): VNode {
  return (
    <PasswordField
      name="current_password"
      language={visitor.language}
      label={accountTexts[visitor.language].currentPassword}
      fault={faultOf(problem?.faults ?? [], 'current_password')}
      isCurrent
    />
  )
}

export function NoPassword({ visitor }: { visitor: Visitor }): VNode {
  const t = accountTexts[visitor.language]
  return (
    <p>
      {t.noPassword} <a href="/forgot-password">{t.resetIt}</a>
    </p>
  )
}
