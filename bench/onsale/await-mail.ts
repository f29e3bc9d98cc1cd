/** After the rush: the shop sends its mails when it has nothing better to do. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../src/platform/postgres.ts'
import { countMailed } from './audit.sql.ts'
import type { Sale } from './check-promises.ts'
import { number } from './progress.ts'
import type { Terminal } from './terminal.ts'

const MAIL_POLL_MS = 1_000
/** The wait ends when none has come for so long. */
const MAIL_PATIENCE_MS = 20_000

/** @returns How long it took until each confirmed order had its mail, or until no more came. */
export async function awaitMail(
  db: Database,
  sale: Sale,
  { terminal, stop }: { terminal: Terminal; stop: AbortSignal },
): Promise<number> {
  const beganAt = performance.now()
  let grownAt = beganAt
  let before = -1
  for (;;) {
    const { orders, mailed } = await countMailed(db, sale.eventId)
    const now = performance.now()
    if (mailed > before) grownAt = now
    before = mailed
    const line = `  mails sent: ${number(mailed)} of ${number(orders)}`
    if (terminal.isInteractive) terminal.redraw([line])
    if (mailed >= orders || now - grownAt > MAIL_PATIENCE_MS || stop.aborted) {
      terminal.settle()
      if (!terminal.isInteractive) terminal.print(line)
      terminal.print('')
      return (now - beganAt) / 1000
    }
    await sleep(MAIL_POLL_MS)
  }
}
