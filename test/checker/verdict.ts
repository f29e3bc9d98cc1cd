/** What a run comes to: valid, violated, or invalid because it showed nothing. */
import { type Check, isRight } from '../../bench/onsale/check.ts'
import { checkHolds } from './check-holds.ts'
import { checkMessages } from './check-messages.ts'
import { checkMoney } from './check-money.ts'
import { checkPromises } from './check-promises.ts'
import { checkStock } from './check-stock.ts'
import type { Evidence } from './evidence.ts'
import { promisesIn } from './promises.ts'
import type { RunResult } from './run.ts'

export type Outcome = 'valid' | 'violated' | 'invalid'

export interface Verdict {
  id: string
  title: string
  outcome: Outcome
  /** Why it is invalid. */
  reasons: string[]
  checks: Check[]
  landed: number
  ok: number
  /** Orders whose answer was lost on every try. */
  snapshots: number
  seconds: number
  tally: Tally
}

/** The three numbers that matter most. */
export interface Tally {
  lost: number
  oversold: number
  duplicated: number
}

/** A full run has at least so many; a shorter one at least one a second. */
const SNAPSHOTS_MIN = 100

const checkEvidence = (evidence: Evidence): Check[] =>
  [checkStock, checkHolds, checkMoney, checkPromises, checkMessages]
    .flatMap((checks) => checks(evidence))
    .sort((one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1)))

export function judge(result: RunResult): Verdict {
  const { fault, evidence, landed, seconds } = result
  const checks = evidence === undefined ? [] : checkEvidence(evidence)
  const ok = evidence === undefined ? 0 : confirmedIn(evidence)
  const snapshots = evidence?.snapshots.length ?? 0
  const snapshotsMin = Math.min(SNAPSHOTS_MIN, Math.floor(seconds))
  const reasons = [
    ...(result.failure === undefined ? [] : [`it broke off: ${result.failure}`]),
    ...(ok === 0 ? ['no order was confirmed'] : []),
    ...(landed.length === 0 ? ['no fault landed'] : []),
    ...(snapshots < snapshotsMin ? [`only ${snapshots} snapshots of ${snapshotsMin}`] : []),
  ]
  const isViolated = checks.some((check) => !isRight(check))
  return {
    id: fault.id,
    title: fault.title,
    // A violation is one however little else was shown.
    outcome: isViolated ? 'violated' : reasons.length > 0 ? 'invalid' : 'valid',
    reasons,
    checks,
    landed: landed.length,
    ok,
    snapshots,
    seconds,
    tally: tallyOf(checks, evidence),
  }
}

const confirmedIn = (evidence: Evidence): number =>
  new Set(promisesIn(evidence).map(({ orderId }) => orderId)).size

function tallyOf(checks: readonly Check[], evidence: Evidence | undefined): Tally {
  const faults = (id: string): number => checks.find((check) => check.id === id)?.faults.length ?? 0
  const worst = (name: 'oversold' | 'duplicateCodes' | 'duplicateKeys'): number =>
    Math.max(0, ...(evidence?.snapshots ?? []).map((snapshot) => snapshot[name]))
  return {
    lost: faults('I3'),
    oversold: Math.max(worst('oversold'), faults('I1')),
    duplicated: Math.max(
      worst('duplicateCodes'),
      worst('duplicateKeys'),
      faults('I5'),
      faults('I8'),
    ),
  }
}

const EXIT_CODES = { valid: 0, violated: 1, invalid: 2 } as const

/** 0 when all are valid, 1 when one is violated, else 2. */
export function exitCodeOf(verdicts: readonly Verdict[]): 0 | 1 | 2 {
  if (verdicts.some((verdict) => verdict.outcome === 'violated')) return EXIT_CODES.violated
  return verdicts.length > 0 && verdicts.every((verdict) => verdict.outcome === 'valid')
    ? EXIT_CODES.valid
    : EXIT_CODES.invalid
}
