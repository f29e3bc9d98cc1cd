/** Signing in with an account elsewhere: what is asked and said on the way. */
import type { VNode } from 'preact'
import { AccountLayout, type FormProblem, Problem } from '../components/account-form.tsx'
import { Field, faultOf } from '../components/field.tsx'
import { Notice } from '../components/notice.tsx'
import type { SignInRefusal } from '../needs.ts'
import { signInPath } from '../safe-next.ts'
import { foreignSignInTexts } from '../texts/foreign-sign-in.ts'
import type { Visitor } from '../visitor.ts'

interface Props {
  visitor: Visitor
  provider: { id: string; name: string }
}

/** Somebody came back from a provider and is not signed in. */
export function RefusedSignInPage(props: Props & { reason: SignInRefusal; next: string }): VNode {
  const { visitor, provider, reason, next } = props
  const t = foreignSignInTexts[visitor.language]
  const { title, text } = t.refused(provider.name)[reason]
  return (
    <AccountLayout visitor={visitor} title={title} posterId={1}>
      <Notice tone="problem" title={text} />
      <p>
        {visitor.user === undefined ? (
          <a class="button" href={signInPath(next)}>
            {t.again}
          </a>
        ) : (
          <a class="button" href="/account">
            {t.backToAccount}
          </a>
        )}
      </p>
    </AccountLayout>
  )
}

/** The address that a provider vouches for has an account; its password decides. */
export function AccountExistsPage(
  props: Props & { email: string; problem: FormProblem | undefined },
): VNode {
  const { visitor, provider, email, problem } = props
  const t = foreignSignInTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.existsTitle} posterId={1}>
      <Problem problem={problem} />
      <p>{t.exists(provider.name, email)}</p>
      <form method="post" action={`/sign-in/with/${provider.id}/connect`}>
        <PasswordField visitor={visitor} problem={problem} />
        <button class="button button-big" type="submit">
          {t.connect}
        </button>
      </form>
      <p>
        <a href="/forgot-password">{t.forgot}</a>
      </p>
    </AccountLayout>
  )
}

/** Somebody who is signed in wants an account elsewhere to open this one. */
export function ConnectPage(
  props: Props & { hasPassword: boolean; problem: FormProblem | undefined },
): VNode {
  const { visitor, provider, hasPassword, problem } = props
  const t = foreignSignInTexts[visitor.language]
  const why = hasPassword ? t.connectWhy : t.connectWithoutPassword
  return (
    <AccountLayout visitor={visitor} title={t.connectTitle(provider.name)} posterId={1}>
      <Problem problem={problem} />
      <p>{why(provider.name)}</p>
      <form method="post" action={`/account/connect/${provider.id}`}>
        {hasPassword && <PasswordField visitor={visitor} problem={problem} />}
        <button class="button button-big" type="submit">
          {t.goOn}
        </button>
      </form>
      <p>
        <a href="/account">{t.backToAccount}</a>
      </p>
    </AccountLayout>
  )
}

/** The way out is a link, since no form of ours may lead to another site. */
export function LeavePage(props: Props & { url: string }): VNode {
  const { visitor, provider, url } = props
  const t = foreignSignInTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.connectTitle(provider.name)} posterId={1}>
      <p>{t.leaveWhy(provider.name)}</p>
      <p>
        <a class="button button-big" href={url}>
          {t.leave(provider.name)}
        </a>
      </p>
      <p>
        <a href="/account">{t.backToAccount}</a>
      </p>
    </AccountLayout>
  )
}

function PasswordField(props: { visitor: Visitor; problem: FormProblem | undefined }): VNode {
  return (
    <Field
      name="password"
      label={foreignSignInTexts[props.visitor.language].password}
      type="password"
      fault={faultOf(props.problem?.faults ?? [], 'password')}
      required
      maxLength={1_000}
      autocomplete="current-password"
    />
  )
}
