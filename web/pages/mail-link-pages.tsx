/** Forgotten passwords, and what the links in mails lead to. */
import type { VNode } from 'preact'
import {
  AccountLayout,
  EmailField,
  type FormProblem,
  Problem,
} from '../components/account-form.tsx'
import { Field, faultOf } from '../components/field.tsx'
import { Notice } from '../components/notice.tsx'
import type { Visitor } from '../visitor.ts'

export function ForgotPasswordPage(props: {
  visitor: Visitor
  typed: { email: string }
  problem: FormProblem | undefined
}): VNode {
  const { visitor, typed, problem } = props
  return (
    <AccountLayout visitor={visitor} title="Forgot your password?" posterId={4}>
      <Problem problem={problem} />
      <p class="account-why">We send you a link to choose a new one.</p>
      <form method="post" action="/forgot-password">
        <EmailField value={typed.email} fault={faultOf(problem?.faults ?? [], 'email')} />
        <button class="button button-big" type="submit">
          Send me the link
        </button>
      </form>
      <p>
        <a href="/sign-in">Back to signing in</a>
      </p>
    </AccountLayout>
  )
}

/** The same whether or not there is such an account. */
export function LinkSentPage({ visitor }: { visitor: Visitor }): VNode {
  return (
    <AccountLayout visitor={visitor} title="Look into your mail" posterId={4}>
      <Notice
        tone="done"
        title="If there is an account under this address, the link is on its way."
      >
        <p>It is good for one hour. Nothing there? Look into the spam, or ask again.</p>
      </Notice>
      <p>
        <a href="/sign-in">Back to signing in</a>
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
  return (
    <AccountLayout visitor={visitor} title="Choose a new password" posterId={4}>
      <Problem problem={problem} />
      <form method="post" action="/reset">
        <input type="hidden" name="token" value={token} />
        <Field
          name="password"
          label="New password"
          type="password"
          hint="At least 8 characters, any you like. A few words together are good."
          fault={faultOf(problem?.faults ?? [], 'password')}
          required
          maxLength={1_000}
          autocomplete="new-password"
        />
        <button class="button button-big" type="submit">
          Change my password
        </button>
      </form>
      <p>You are signed out everywhere, and sign in with the new one.</p>
    </AccountLayout>
  )
}

export function ResetDonePage({ visitor }: { visitor: Visitor }): VNode {
  return (
    <AccountLayout visitor={visitor} title="Your password is changed" posterId={4}>
      <Notice tone="done" title="You were signed out everywhere." />
      <p>
        <a class="button button-big" href="/sign-in">
          Sign in
        </a>
      </p>
    </AccountLayout>
  )
}

/** It only asks: programs that look into mail open every link, and must confirm nothing. */
export function VerifyPage({ visitor, token }: { visitor: Visitor; token: string }): VNode {
  return (
    <AccountLayout visitor={visitor} title="Is this your address?" posterId={2}>
      <p class="account-why">Then confirm it, so that your tickets reach you.</p>
      <form method="post" action="/verify">
        <input type="hidden" name="token" value={token} />
        <button class="button button-big" type="submit">
          Yes, it is mine
        </button>
      </form>
    </AccountLayout>
  )
}

export function VerifyDonePage({ visitor }: { visitor: Visitor }): VNode {
  return (
    <AccountLayout visitor={visitor} title="Thank you" posterId={2}>
      <Notice tone="done" title="Your address is confirmed." />
      <p>
        <a href="/">To the events</a>
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
  return (
    <AccountLayout visitor={visitor} title="This link is no longer good" posterId={4}>
      <Notice tone="problem" title="It was used before or has expired." />
      <p>
        <a href={again.path}>{again.label}</a>
      </p>
    </AccountLayout>
  )
}
