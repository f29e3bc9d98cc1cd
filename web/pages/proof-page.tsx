/** The books of a sale, for people who doubt: what was counted, twice, and whether it is the same. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { Icon } from '../components/icon.tsx'
import { formatMoney } from '../../src/kernel/money.ts'
import { moment } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Proof, ProofCheck } from '../needs.ts'
import { proofTexts } from '../texts/proof.ts'
import type { Visitor } from '../visitor.ts'

export interface ProofPageProps {
  visitor: Visitor
  event: EventDetails
  proof: Proof
  checks: readonly ProofCheck[]
}

export function ProofPage({ visitor, event, proof, checks }: ProofPageProps): VNode {
  const path = `/events/${event.id}`
  const { language } = visitor
  const t = proofTexts[language]
  return (
    <Layout
      visitor={visitor}
      section="events"
      head={{
        title: t.title(event.name),
        description: t.summary(event.name),
        canonicalPath: `${path}/proof`,
      }}
    >
      <article class="wrap page proof">
        <header class="proof-head">
          <p>
            <a href={path} dir="auto">
              {event.name}
            </a>
          </p>
          <h1>{t.heading}</h1>
          <p class="proof-intro">{t.intro}</p>
        </header>
        <Verdict checks={checks} language={language} />
        <Stock proof={proof} language={language} />
        <Figures proof={proof} language={language} />
        <section class="proof-section" aria-labelledby="checks">
          <h2 id="checks">{t.compared}</h2>
          <ol class="proof-checks">
            {checks.map((check) => (
              <Check check={check} currency={proof.currency} language={language} />
            ))}
          </ol>
        </section>
        <p class="proof-when">
          {`${t.counted} `}
          <time dateTime={proof.at.toISOString()}>
            {moment(proof.at, event.timezone, language)}
          </time>
          {`, ${t.countedHow} `}
          <a href={`/api/v1/events/${event.id}/proof`}>{t.asJson}</a>
        </p>
      </article>
    </Layout>
  )
}

interface InLanguage {
  language: Language
}

function Verdict({ checks, language }: Pick<ProofPageProps, 'checks'> & InLanguage): VNode {
  const t = proofTexts[language]
  const broken = checks.filter((check) => !check.holds).length
  const isGood = broken === 0
  return (
    <div class={isGood ? 'proof-verdict' : 'proof-verdict proof-verdict-bad'} role="status">
      <Icon name={isGood ? 'check' : 'alert'} />
      <p>
        <strong>{isGood ? t.agrees : t.disagrees}</strong>{' '}
        {isGood
          ? t.allHold(String(checks.length))
          : t.someBroken(String(broken), String(checks.length))}
      </p>
    </div>
  )
}

const BAR_WIDTH = 1_000

/** The tickets there are as one bar: sold, held, and what is left. */
function Stock({ proof, language }: { proof: Proof } & InLanguage): VNode {
  const t = proofTexts[language]
  const { capacity, sold, held } = proof
  const left = Math.max(0, capacity - sold - held)
  const width = (tickets: number) =>
    Math.min(BAR_WIDTH, Math.round((tickets / Math.max(1, capacity)) * BAR_WIDTH))
  return (
    <section class="proof-section" aria-labelledby="stock">
      <h2 id="stock">{t.tickets(number(capacity, language))}</h2>
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
        <Part kind="sold" name={t.sold} tickets={number(sold, language)} />
        <Part kind="held" name={t.held} tickets={number(held, language)} />
        <Part kind="left" name={t.left} tickets={number(left, language)} />
      </dl>
    </section>
  )
}

function Part(props: { kind: 'sold' | 'held' | 'left'; name: string; tickets: string }): VNode {
  return (
    <div class={`proof-part proof-part-${props.kind}`}>
      <dt>{props.name}</dt>
      <dd>{props.tickets}</dd>
    </div>
  )
}

function Figures({ proof, language }: { proof: Proof } & InLanguage): VNode {
  const t = proofTexts[language]
  const money = (cents: number) => formatMoney(cents, proof.currency, language)
  const figures: readonly (readonly [name: string, figure: string])[] = [
    [t.valid, number(proof.ticketsIssued, language)],
    [t.takenBack, number(proof.ticketsRefunded, language)],
    [t.paid, money(proof.capturedCents)],
    [t.refunded, money(proof.refundedCents)],
    [t.owed, money(proof.refundsDueCents)],
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

function Check(props: { check: ProofCheck; currency: string } & InLanguage): VNode {
  const { check, currency, language } = props
  const t = proofTexts[language]
  const { claim, left, right, holds } = check
  const written = (count: number) =>
    check.unit === 'cents' ? formatMoney(count, currency, language) : number(count, language)
  return (
    <li class={holds ? 'proof-check' : 'proof-check proof-check-bad'}>
      <Icon name={holds ? 'check' : 'alert'} />
      <p class="proof-claim">
        {t.claims[claim] ?? claim}
        <span class="visually-hidden">{holds ? t.holds : t.broken}</span>
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

const number = (count: number, language: Language): string => count.toLocaleString(language)
