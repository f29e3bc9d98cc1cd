/** Signing in and signing up. */
import type { ComponentChildren, VNode } from 'preact'
import { Field, faultOf } from '../components/field.tsx'
import { ErrorSummary, Notice } from '../components/notice.tsx'
import { Poster } from '../components/poster.tsx'
import { Layout } from '../layout.tsx'
import type { Visitor } from '../visitor.ts'

export interface AccountFormProps {
  visitor: Visitor
  /** Where to go afterwards; a path of ours. */
  next: string
  /** What was typed, without the password. */
  typed: { name: string; email: string; userType: string }
  problem: { title: string; faults: readonly { field: string; message: string }[] } | undefined
}

export function SignInPage(props: AccountFormProps): VNode {
  const { problem, typed, next } = props
  const faults = problem?.faults ?? []
  return (
    <AccountLayout visitor={props.visitor} title="Sign in" posterId={1}>
      <Problem problem={problem} />
      {problem === undefined && next.startsWith('/events/') && (
        <p class="account-why">Sign in to buy tickets. You come back to the event afterwards.</p>
      )}
      <form method="post" action="/sign-in">
        <input type="hidden" name="next" value={next} />
        <EmailField value={typed.email} fault={faultOf(faults, 'email')} />
        <Field
          name="password"
          label="Password"
          type="password"
          fault={faultOf(faults, 'password')}
          required
          maxLength={1_000}
          autocomplete="current-password"
        />
        <button class="button button-big" type="submit">
          Sign in
        </button>
      </form>
      <p>
        New here? <a href={withNext('/sign-up', next)}>Create an account</a>
      </p>
    </AccountLayout>
  )
}

export function SignUpPage(props: AccountFormProps): VNode {
  const { problem, typed, next } = props
  const faults = problem?.faults ?? []
  return (
    <AccountLayout visitor={props.visitor} title="Create an account" posterId={9}>
      <Problem problem={problem} />
      <form method="post" action="/sign-up">
        <input type="hidden" name="next" value={next} />
        <Field
          name="name"
          label="Name"
          value={typed.name}
          fault={faultOf(faults, 'name')}
          required
          maxLength={100}
          autocomplete="name"
        />
        <EmailField value={typed.email} fault={faultOf(faults, 'email')} />
        <Field
          name="password"
          label="Password"
          type="password"
          hint="At least 8 characters, any you like. A few words together are good."
          fault={faultOf(faults, 'password')}
          required
          maxLength={1_000}
          autocomplete="new-password"
        />
        <UserTypeChoice chosen={typed.userType} />
        <button class="button button-big" type="submit">
          Create account
        </button>
      </form>
      <p>
        Have an account? <a href={withNext('/sign-in', next)}>Sign in</a>
      </p>
    </AccountLayout>
  )
}

function UserTypeChoice({ chosen }: { chosen: string }): VNode {
  const isOrganizer = chosen === 'organizer'
  return (
    <fieldset class="types" id="user_type">
      <legend>What do you want to do?</legend>
      <label class="type">
        <input type="radio" name="user_type" value="guest" checked={!isOrganizer} />
        <span class="type-name">Go to events</span>
        <span class="type-note">Buy tickets</span>
      </label>
      <label class="type">
        <input type="radio" name="user_type" value="organizer" checked={isOrganizer} />
        <span class="type-name">Organize events</span>
        <span class="type-note">Sell tickets, and buy them</span>
      </label>
    </fieldset>
  )
}

function EmailField(props: { value: string; fault: string | undefined }): VNode {
  return (
    <Field
      name="email"
      label="E-mail address"
      type="email"
      value={props.value}
      fault={props.fault}
      required
      maxLength={255}
      autocomplete="email"
    />
  )
}

function Problem({ problem }: Pick<AccountFormProps, 'problem'>): VNode | null {
  if (problem === undefined) return null
  if (problem.faults.length === 0) return <Notice tone="problem" title={problem.title} />
  return <ErrorSummary {...problem} />
}

function AccountLayout(props: {
  visitor: Visitor
  title: string
  posterId: number
  children: ComponentChildren
}): VNode {
  return (
    <Layout visitor={props.visitor} head={{ title: props.title }}>
      <div class="account">
        <div class="account-form">
          <h1>{props.title}</h1>
          {props.children}
        </div>
        <div class="account-art" aria-hidden="true">
          <Poster subject={{ id: props.posterId, category: 'Festival' }} shape="square" />
        </div>
      </div>
    </Layout>
  )
}

const withNext = (path: string, next: string): string =>
  next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`
