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

export function DeleteAccountPage(props: {
  visitor: Visitor
  present: string
  ties: AccountTies
  hasAccepted: boolean
  problem: FormProblem | undefined
}): VNode {
  const { visitor, ties, problem } = props
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
      {hindrances.length > 0 ? <Hindrances ties={hindrances} t={t} /> : <DeleteForm {...props} />}
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

function DeleteForm(props: Parameters<typeof DeleteAccountPage>[0]): VNode {
  const { visitor, present, ties, hasAccepted, problem } = props
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
        <Username email={present} />
        <CurrentPassword visitor={visitor} problem={problem} />
        <button class="button button-big button-danger" type="submit">
          {t.deleteForGood}
        </button>
      </form>
      <NoPassword visitor={visitor} />
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
