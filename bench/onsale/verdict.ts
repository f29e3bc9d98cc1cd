/** What the audit comes to, for people and for the exit code. */
import type { Books } from './audit.sql.ts'
import { oversold } from './check-books.ts'
import { type Check, isRight } from './check.ts'
import { number } from './progress.ts'
import type { Terminal } from './terminal.ts'

export interface Verdict {
  /** 0 all is right, 1 something is wrong, 2 not audited. */
  exitCode: 0 | 1 | 2
  /** The last line. */
  summary: string
}

const FAULTS_SHOWN = 5
const CHARGED = 'nobody_charged_for_nothing'

/** @param books Undefined when nobody could look into them. */
export function judge(checks: readonly Check[], books: Books | undefined): Verdict {
  const wrong = checks.filter((check) => !isRight(check))
  if (books === undefined) {
    const found = wrong.length === 0 ? '' : ` · ${wrong.length} of ${checks.length} checks failed`
    return {
      exitCode: wrong.length === 0 ? 2 : 1,
      summary: `NOT AUDITED: set DATABASE_URL to the shop's database${found}`,
    }
  }
  const faults = (...ids: string[]): string =>
    number(
      checks
        .filter((check) => ids.includes(check.id))
        .reduce((total, check) => total + check.faults.length, 0),
    )
  const parts = [
    `SOLD ${number(books.event.sold)} of ${number(books.event.capacity)}`,
    `${number(oversold(books))} oversold`,
    `${faults('promises_kept')} lost`,
    `${faults('codes_unique', 'codes_told_once', 'one_effect_per_key')} duplicated`,
    ...(checks.some(({ id }) => id === CHARGED) ? [`${faults(CHARGED)} charged without a ticket`] : ['the provider was not asked']), // prettier-ignore
  ]
  if (wrong.length === 0 && books.orders.length === 0) {
    return { exitCode: 2, summary: 'NOTHING TO AUDIT: no order was placed' }
  }
  if (wrong.length > 0) parts.push(`${wrong.length} of ${checks.length} checks FAILED`)
  return { exitCode: wrong.length === 0 ? 0 : 1, summary: parts.join(' · ') }
}

export function printChecks(terminal: Terminal, checks: readonly Check[]): void {
  const width = Math.max(...checks.map((check) => check.claim.length))
  for (const check of checks) {
    const mark = isRight(check) ? terminal.good('✓') : terminal.bad('✗')
    terminal.print(`  ${mark} ${check.claim.padEnd(width)}   ${check.examined}`)
    for (const fault of check.faults.slice(0, FAULTS_SHOWN)) terminal.print(`      ${fault}`)
    const rest = check.faults.length - FAULTS_SHOWN
    if (rest > 0) terminal.print(`      and ${number(rest)} more`)
  }
}
