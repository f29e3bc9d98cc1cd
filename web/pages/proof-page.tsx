/** The books of a sale, for people who doubt: what was counted, twice, and whether it is the same. */
import type { VNode } from 'preact'
import { Icon } from '../components/icon.tsx'
import { formatMoney } from '../../src/kernel/money.ts'
import { moment } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Proof, ProofCheck } from '../needs.ts'
import type { Visitor } from '../visitor.ts'

export interface ProofPageProps {
  visitor: Visitor
  event: EventDetails
  proof: Proof
  checks: readonly ProofCheck[]
}

export function ProofPage({ visitor, event, proof, checks }: ProofPageProps): VNode {
  const path = `/events/${event.id}`
  return (
    <Layout
      visitor={visitor}
      section="events"
      head={{
        title: `The books of ${event.name}`,
        description: `Every ticket and every cent of ${event.name}, counted twice.`,
        canonicalPath: `${path}/proof`,
      }}
    >
      <article class="wrap page proof">
        <header class="proof-head">
          <p>
            <a href={path}>{event.name}</a>
          </p>
          <h1>The books of this sale</h1>
          <p class="proof-intro">
            Tickets, orders and money are written down in different places. Here each is counted for
            itself and held against the others, so that nobody has to take our word for it.
          </p>
        </header>
        <Verdict checks={checks} />
        <Stock proof={proof} />
        <Figures proof={proof} />
        <section class="proof-section" aria-labelledby="checks">
          <h2 id="checks">What is compared</h2>
          <ol class="proof-checks">
            {checks.map((check) => (
              <Check check={check} currency={proof.currency} />
            ))}
          </ol>
        </section>
        <p class="proof-when">
          Counted <time dateTime={proof.at.toISOString()}>{moment(proof.at, event.timezone)}</time>,
          in one moment of the database. Load the page again to count anew.{' '}
          <a href={`/api/v1/events/${event.id}/proof`}>The same as JSON</a>
        </p>
      </article>
    </Layout>
  )
}

function Verdict({ checks }: Pick<ProofPageProps, 'checks'>): VNode {
  const broken = checks.filter((check) => !check.holds).length
  const isGood = broken === 0
  return (
    <div class={isGood ? 'proof-verdict' : 'proof-verdict proof-verdict-bad'} role="status">
      <Icon name={isGood ? 'check' : 'alert'} />
      <p>
        <strong>{isGood ? 'Everything agrees.' : 'The books disagree.'}</strong>{' '}
        {isGood
          ? `All ${checks.length} comparisons hold.`
          : `${broken} of ${checks.length} comparisons do not hold. Whoever runs this shop is told so, too.`}
      </p>
    </div>
  )
}

const BAR_WIDTH = 1_000

/** The tickets there are as one bar: sold, held, and what is left. */
function Stock({ proof }: { proof: Proof }): VNode {
  const { capacity, sold, held } = proof
  const left = Math.max(0, capacity - sold - held)
  const width = (tickets: number) =>
    Math.min(BAR_WIDTH, Math.round((tickets / Math.max(1, capacity)) * BAR_WIDTH))
  return (
    <section class="proof-section" aria-labelledby="stock">
      <h2 id="stock">{`${number(capacity)} tickets`}</h2>
      <svg
        class="proof-bar"
        viewBox={`0 0 ${BAR_WIDTH} 40`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <rect class="proof-bar-left" width={BAR_WIDTH} height="40" />
        <rect
          class="proof-bar-held"
          width={Math.min(BAR_WIDTH, width(sold) + width(held))}
          height="40"
        />
        <rect class="proof-bar-sold" width={width(sold)} height="40" />
      </svg>
      <dl class="proof-legend">
        <Part kind="sold" name="Sold" tickets={sold} />
        <Part kind="held" name="Held, not paid yet" tickets={held} />
        <Part kind="left" name="Left" tickets={left} />
      </dl>
    </section>
  )
}

function Part(props: { kind: 'sold' | 'held' | 'left'; name: string; tickets: number }): VNode {
  return (
    <div class={`proof-part proof-part-${props.kind}`}>
      <dt>{props.name}</dt>
      <dd>{number(props.tickets)}</dd>
    </div>
  )
}

function Figures({ proof }: { proof: Proof }): VNode {
  const money = (cents: number) => formatMoney(cents, proof.currency)
  const figures: readonly (readonly [name: string, figure: string])[] = [
    ['Valid tickets', number(proof.ticketsIssued)],
    ['Tickets taken back', number(proof.ticketsRefunded)],
    ['Paid', money(proof.capturedCents)],
    ['Refunded', money(proof.refundedCents)],
    ['Owed to buyers', money(proof.refundsDueCents)],
  ]
  return (
    <dl class="proof-figures">
      {figures.map(([name, figure]) => (
        <div>
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  )
}

function Check({ check, currency }: { check: ProofCheck; currency: string }): VNode {
  const { claim, left, right, holds } = check
  const written = (count: number) =>
    check.unit === 'cents' ? formatMoney(count, currency) : number(count)
  return (
    <li class={holds ? 'proof-check' : 'proof-check proof-check-bad'}>
      <Icon name={holds ? 'check' : 'alert'} />
      <p class="proof-claim">
        {claim}
        <span class="visually-hidden">{holds ? ' This holds.' : ' This does not hold.'}</span>
      </p>
      <p class="proof-sides">
        <span>{written(left)}</span>
        <span class="proof-sign">{signOf(check)}</span>
        <span>{written(right)}</span>
      </p>
    </li>
  )
}

/** How the two numbers are to one another. */
function signOf({ left, right, holds }: ProofCheck): string {
  if (left === right) return '='
  if (holds) return '≤'
  return left > right ? '>' : '<'
}

const number = (count: number): string => count.toLocaleString('en')
