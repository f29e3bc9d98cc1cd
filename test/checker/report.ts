/** The verdicts for people: a table of faults and invariants, and what was found wrong. */
import { isRight } from '../../bench/onsale/check.ts'
import type { Terminal } from '../../bench/onsale/terminal.ts'
import type { Verdict } from './verdict.ts'

const FAULTS_SHOWN = 5
const COLUMN = 4

/** One verdict as soon as it is known. */
export function printVerdict(terminal: Terminal, verdict: Verdict): void {
  const { id, title, outcome, landed, ok, snapshots, seconds } = verdict
  const paint = outcome === 'valid' ? terminal.good : terminal.bad
  terminal.print(`  ${id.padEnd(6)} ${paint(outcome.toUpperCase().padEnd(9))} ${title}: ${landed} landed, ${ok.toLocaleString('en')} confirmed, ${snapshots} snapshots, ${seconds.toFixed(0)} s`) // prettier-ignore
  for (const reason of verdict.reasons) terminal.print(`      ${reason}`)
  for (const check of verdict.checks.filter((each) => !isRight(each))) {
    terminal.print(`    ${terminal.bad('✗')} ${check.id} ${check.claim} (${check.examined})`)
    for (const fault of check.faults.slice(0, FAULTS_SHOWN)) terminal.print(`        ${fault}`)
    const rest = check.faults.length - FAULTS_SHOWN
    if (rest > 0) terminal.print(`        and ${rest.toLocaleString('en')} more`)
  }
}

/** Faults down, invariants across: ✓ held, ✗ broken, · not looked at. */
export function printTable(terminal: Terminal, verdicts: readonly Verdict[]): void {
  const ids = [...new Set(verdicts.flatMap(({ checks }) => checks.map((check) => check.id)))]
  ids.sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)))
  const width = Math.max(...verdicts.map(({ id, title }) => `${id} ${title}`.length))
  terminal.print(`  ${''.padEnd(width)}  ${ids.map((id) => id.padEnd(COLUMN)).join('')}`)
  for (const { id, title, checks } of verdicts) {
    const marks = ids.map((column) => {
      const check = checks.find((each) => each.id === column)
      if (check === undefined) return '·'.padEnd(COLUMN)
      const mark = isRight(check) ? '✓' : '✗'
      return (isRight(check) ? terminal.good : terminal.bad)(mark.padEnd(COLUMN))
    })
    terminal.print(`  ${`${id} ${title}`.padEnd(width)}  ${marks.join('')}`)
  }
}

/** The last line: `0 lost, 0 oversold, 0 duplicated over 100 kills`. */
export function summaryOf(verdicts: readonly Verdict[], thing: string): string {
  const total = (name: keyof Verdict['tally']) =>
    verdicts.reduce((sum, verdict) => sum + verdict.tally[name], 0)
  const landed = verdicts.reduce((sum, verdict) => sum + verdict.landed, 0)
  const parts = [`${total('lost')} lost`, `${total('oversold')} oversold`, `${total('duplicated')} duplicated`] // prettier-ignore
  const wrong = verdicts.filter((verdict) => verdict.outcome !== 'valid')
  const rest = wrong.map(({ id, outcome }) => `${id} ${outcome.toUpperCase()}`).join(', ')
  return `${parts.join(', ')} over ${landed} ${thing}${rest === '' ? '' : ` · ${rest}`}`
}
