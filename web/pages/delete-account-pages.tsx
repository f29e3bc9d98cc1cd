/** Leaving for good: what that means, what is in the way, and the farewell. */
import type { VNode } from 'preact'
import { AccountLayout, type FormProblem, Problem } from '../components/account-form.tsx'
import { faultOf } from '../components/field.tsx'
import { Notice } from '../components/notice.tsx'
import type { AccountTies } from '../needs.ts'
import { type AccountTexts, accountTexts } from '../texts/account.ts'
import type { Visitor } from '../visitor.ts'
import { CurrentPassword, NoPassword, Username } from './own-account-forms.tsx'
import { OwnAccountLayout } from './own-account-page.tsx'

export interface DeleteAccountProps {
  visitor: Visitor
  /** The address of the account. */
  present: string
  ties: AccountTies
  hasPassword: boolean
  /** Of the link in a mail, which stands for the password that there is not; empty without. */
  token: string
  /** That mail is on its way. */
  isSent: boolean
  hasAccepted: boolean
  problem: FormProblem | undefined
}

export function DeleteAccountPage(props: DeleteAccountProps): VNode {
  const { visitor, ties, problem, hasPassword, token } = props
  const t = accountTexts[visitor.language]
  const hindrances = ties.filter(({ reason }) => reason !== 'tickets_ahead')
  return (
    <OwnAccountLayout visitor={visitor} title={t.delete} isBelow>
      <Problem problem={problem} />
      <dl class="own-account-fate">
        <dt>{t.goes}</dt>
        <dd>{t.goesText}</dd>
        <dt>{t.stays}</dt>
        <dd>{t.staysText}</dd>
      </dl>
      {hindrances.length > 0 ? (
        <Hindrances ties={hindrances} t={t} />
      ) : hasPassword || token !== '' ? (
        <DeleteForm {...props} />
      ) : (
        <LinkForm {...props} />
      )}
    </OwnAccountLayout>
  )
}

function Hindrances({ ties, t }: { ties: AccountTies; t: AccountTexts }): VNode {
  return (
    <Notice tone="info" title={t.cannotYet}>
      <ul>
        {ties.map(({ reason, count }) => (
          <li>
            {reason !== 'tickets_ahead' && t.reasons[reason](count)}{' '}
            {reason === 'open_orders' && <a href="/tickets">{t.todo.open_orders}</a>}
            {reason === 'events_ahead' && <a href="/docs">{t.todo.events_ahead}</a>}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** Who has no password shows by their mail that it is they. */
function LinkForm({ visitor, present, isSent }: DeleteAccountProps): VNode {
  const t = accountTexts[visitor.language]
  if (isSent) return <Notice tone="done" title={t.deletionLinkSent(present)} />
  return (
    <form class="own-account-form" method="post" action="/account/delete/link">
      <p>{t.deletionLinkWhy(present)}</p>
      <button class="button button-big" type="submit">
        {t.sendLink}
      </button>
    </form>
  )
}

function DeleteForm(props: DeleteAccountProps): VNode {
  const { visitor, present, ties, hasPassword, token, hasAccepted, problem } = props
  const t = accountTexts[visitor.language]
  const ahead = ties.find(({ reason }) => reason === 'tickets_ahead')
  const fault = faultOf(problem?.faults ?? [], 'accepts_losing_sight')
  return (
    <>
      <form class="own-account-form own-account-danger" method="post" action="/account/delete">
        {ahead !== undefined && (
          <div class="field">
            <p>
              {t.ticketsAhead(ahead.count)} <a href="/tickets">{t.saveTickets}</a>
            </p>
            {fault !== undefined && (
              <p class="field-fault" id="accepts_losing_sight-fault">
                {fault}
              </p>
            )}
            <label class="checkbox">
              <input
                type="checkbox"
                id="accepts_losing_sight"
                name="accepts_losing_sight"
                value="yes"
                checked={hasAccepted}
                aria-invalid={fault === undefined ? undefined : true}
                aria-describedby={fault === undefined ? undefined : 'accepts_losing_sight-fault'}
              />
              {t.accept}
            </label>
          </div>
        )}
        {hasPassword ? (
          <>
            <Username email={present} />
            <CurrentPassword visitor={visitor} problem={problem} />
          </>
        ) : (
          <input type="hidden" name="token" value={token} />
        )}
        <button class="button button-big button-danger" type="submit">
          {t.deleteForGood}
        </button>
      </form>
      {hasPassword && <NoPassword visitor={visitor} />}
    </>
  )
}

export function GoodbyePage({ visitor }: { visitor: Visitor }): VNode {
  const t = accountTexts[visitor.language]
  return (
    <AccountLayout visitor={visitor} title={t.goodbye} posterId={6}>
      <Notice tone="done" title={t.goodbyeText} />
      <p>
        <a class="button button-big" href="/">
          {t.toEvents}
        </a>
      </p>
    </AccountLayout>
  )
}
