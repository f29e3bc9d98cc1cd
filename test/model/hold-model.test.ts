/**
 * The model of holds and payments, searched to its end: as it is built nothing that it forbids can
 * happen, and each protection that is taken away is missed. docs/model/README.md says what it models.
 */
import assert from 'node:assert/strict'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { searchModel } from './spin.ts'

/** Each protocol has some hundred thousand states; less means that it got stuck early. */
const STATES_MIN = 100_000

const PROTOCOLS = {
  'crashes, frozen processes and lost webhooks': ['NO_ORGANIZER'],
  'refunds and a cancelled event': ['NO_CRASHES', 'WEBHOOKS=0'],
  mail: ['NO_ORGANIZER', 'NO_CRASHES', 'MAIL'],
}
const [CRASHES, ORGANIZER, MAIL] = Object.values(PROTOCOLS) as [string[], string[], string[]]

/** The protection that is taken away, where, and a part of what is violated then, as spin prints it. */
const BUGS: readonly [bug: string, protocol: readonly string[], violated: string][] = [
  ['BUG_FENCE', CRASHES, '(seat==1)&&(owner==0)'],
  ['BUG_IDEM', CRASHES, 'captures[0]<=1'],
  ['BUG_EXPIRE', CRASHES, 'attempt[i]==0'],
  ['BUG_OUTBOX', MAIL, 'mailed[i]==issued[i]'],
  ['BUG_CANCEL', ORGANIZER, 'cancelled&&'],
  ['BUG_GRANT', CRASHES, '(seat==1)&&(owner==0)'],
  ['BUG_VOID', CRASHES, 'pay[0]!='],
  ['BUG_REFUND', ORGANIZER, 'refunds[0]<=captures[0]'],
  ['BUG_STALE', CRASHES, 'attempt[i]==0'],
]

/** Where a search that means anything has been. */
const POINTS: readonly [point: string, protocol: readonly string[]][] = [
  ['LATE_GRANT', CRASHES],
  ['LATE_REFUND', CRASHES],
  ['STALE', CRASHES],
  ['SECOND', CRASHES],
  ['TOO_LATE', CRASHES],
  ['REFUND_AGAIN', ORGANIZER],
  ['SOLD_AT_REST', ORGANIZER],
]

const missing = ['spin', 'gcc'].filter((program) => !isOnPath(program))
const skip =
  missing.length > 0 &&
  `${missing.join(' and ')} missing: apt-get install ${missing.join(' ')} to search the model`

test('every state of the protocol is as it should be', { skip }, async (t) => {
  for (const [name, flags] of Object.entries(PROTOCOLS)) {
    await t.test(name, async () => {
      const search = await searchModel(flags)
      assert.equal(search.violated, undefined, search.output)
      assert.ok(search.isComplete, search.output)
      assert.ok(search.states > STATES_MIN, `${search.states} states`)
    })
  }
})

test('each protection that is taken away is missed', { skip }, async (t) => {
  for (const [bug, flags, violated] of BUGS) {
    await t.test(bug, async () => {
      const search = await searchModel([...flags, bug])
      assert.match(search.violated ?? 'nothing', /^assertion violated/, search.output)
      assert.ok(search.violated?.includes(violated), search.violated)
    })
  }
})

test('the search comes to where it matters', { skip }, async (t) => {
  for (const [point, flags] of POINTS) {
    await t.test(point, async () => {
      const search = await searchModel([...flags, `REACH=${point}`])
      // The preprocessor has put numbers for both names.
      assert.match(
        search.violated ?? 'nothing',
        /^assertion violated \(?(\d+)!=\1\)?$/,
        search.output,
      )
    })
  }
})

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
