/** Signing in and signing up. */
import type { VNode } from 'preact'
import {
  AccountLayout,
  EmailField,
  Problem,
  type FormProblem,
} from '../components/account-form.tsx'
import { Field, faultOf } from '../components/field.tsx'
import { SignInWith } from '../components/sign-in-with.tsx'
import type { Visitor } from '../visitor.ts'

export interface AccountFormProps {
  visitor: Visitor
  /** Where to go afterwards; a path of ours. */
  next: string
  /** What was typed, without the password. */
  typed: { name: string; email: string; userType: string }
  problem: FormProblem | undefined
  /** With which people can sign in who have an account there. */
  providers: readonly { id: string; name: string }[]
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
      <SignInWith providers={props.providers} next={next} language={props.visitor.language} />
      <p>
        <a href="/forgot-password">Forgot your password?</a>
      </p>
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
      <SignInWith providers={props.providers} next={next} language={props.visitor.language} />
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

const withNext = (path: string, next: string): string =>
  next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`
