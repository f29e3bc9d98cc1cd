/** Forgotten passwords, and what the links in mails lead to. */
import type { VNode } from 'preact'
import {
  AccountLayout,
  EmailField,
  type FormProblem,
  Problem,
} from '../components/account-form.tsx'
import { faultOf } from '../components/field.tsx'
import { Notice } from '../components/notice.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import type { Visitor } from '../visitor.ts'

export function ForgotPasswordPage(props: {
  visitor: Visitor
  typed: { email: string }
  problem: FormProblem | undefined
}): VNode {
  const { visitor, typed, problem } = props
  const { language } = visitor
  const t = signInTexts[language]
  return (
    <AccountLayout visitor={visitor} title={t.forgotten} posterId={4}>
      <Problem problem={problem} />
      <p class="account-why">{t.sendLink}</p>
      <form method="post" action="/forgot-password">
        <EmailField
          language={language}
          value={typed.email}
          fault={faultOf(problem?.faults ?? [], 'email')}
          autocomplete="username"
        />
        <button class="button button-big" type="submit">
          {t.sendMeLink}
        </button>
      </form>
      <p>
        <a href="/sign-in">{t.back}</a>
      </p>
    </AccountLayout>
  )
}

/** The same whether or not there is such an account. */
export function LinkSentPage({ visitor }: { visitor: Visitor }): VNode {
  const t = signInTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.lookIntoMail} posterId={4}>
      <Notice tone="done" title={t.onItsWay}>
        <p>{t.goodForAnHour}</p>
      </Notice>
      <p>
        <a href="/sign-in">{t.back}</a>
      </p>
    </AccountLayout>
  )
}

export function ResetPage(props: {
  visitor: Visitor
  token: string
  problem: FormProblem | undefined
}): VNode {
  const { visitor, token, problem } = props
  const { language } = visitor
  const t = signInTexts[language]
  return (
    <AccountLayout visitor={visitor} title={t.chooseNew} posterId={4}>
      <Problem problem={problem} />
      <form method="post" action="/reset">
        <input type="hidden" name="token" value={token} />
        <PasswordField
          language={language}
          label={t.newPassword}
          fault={faultOf(problem?.faults ?? [], 'password')}
        />
        <button class="button button-big" type="submit">
          {t.change}
        </button>
      </form>
      <p>{t.signedOutEverywhere}</p>
    </AccountLayout>
  )
}

export function ResetDonePage({ visitor }: { visitor: Visitor }): VNode {
  const t = signInTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.changed} posterId={4}>
      <Notice tone="done" title={t.wereSignedOut} />
      <p>
        <a class="button button-big" href="/sign-in">
          {t.signIn}
        </a>
      </p>
    </AccountLayout>
  )
}

/** It only asks: programs that look into mail open every link, and must confirm nothing. */
export function VerifyPage({ visitor, token }: { visitor: Visitor; token: string }): VNode {
  const t = signInTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.isItYours} posterId={2}>
      <p class="account-why">{t.thenConfirm}</p>
      <form method="post" action="/verify">
        <input type="hidden" name="token" value={token} />
        <button class="button button-big" type="submit">
          {t.itIsMine}
        </button>
      </form>
    </AccountLayout>
  )
}

export function VerifyDonePage({ visitor }: { visitor: Visitor }): VNode {
  const t = signInTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.thanks} posterId={2}>
      <Notice tone="done" title={t.confirmed} />
      <p>
        <a href="/">{t.toEvents}</a>
      </p>
    </AccountLayout>
  )
}

/** A link that can no longer be used; `again` is where the next one comes from. */
export function DeadLinkPage(props: {
  visitor: Visitor
  again: { path: string; label: string }
}): VNode {
  const { visitor, again } = props
  const t = signInTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.dead} posterId={4}>
      <Notice tone="problem" title={t.deadWhy} />
      <p>
        <a href={again.path}>{again.label}</a>
      </p>
    </AccountLayout>
  )
}

/** A new address that somebody else was quicker to take. */
export function AddressTakenPage({ visitor }: { visitor: Visitor }): VNode {
  const t = signInTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.taken} posterId={4}>
      <Notice tone="problem" title={t.takenText} />
      <p>
        <a href="/">{t.toEvents}</a>
      </p>
    </AccountLayout>
  )
}
