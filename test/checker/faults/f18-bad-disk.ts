/** PostgreSQL's disk is full, or a flush to it fails. */
import {
  failNextFlush,
  failingFlushFault,
  fillDisk,
  mountSmallDisk,
  smallDiskFault,
} from '../../support/small-disk.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, FaultContext } from '../fault.ts'
import { AWAY_SECONDS } from './f01-kill-shops.ts'
import { strikeAgain } from './strikes.ts'

/** Room for a new cluster and for what is sold in a few minutes. */
const DISK_MEGABYTES = 400
const FULL_MS = { min: 500, max: 6_000 }
const ALIVE_MS = { min: 500, max: 3_000 }
const POLL_MS = 20
const FAILURE_MS = 30_000

export const badDisk = (): Fault => ({
  id: 'F18',
  title: "PostgreSQL's disk is full, or fails",
  seconds: 90,
  // PostgreSQL starts again after either, and a job that this forgets is done again.
  concessions: { mailsMayRepeat: true, expirySeconds: AWAY_SECONDS },
  stage: {
    databaseSettings: { max_wal_size: '64MB' },
    async databaseFolder() {
      const fault = (await smallDiskFault()) ?? failingFlushFault()
      if (fault !== undefined) throw new Error(fault)
      return await mountSmallDisk(DISK_MEGABYTES)
    },
  },
  async run(context) {
    const { random } = context
    await strikeAgain(context, [
      async () => {
        await context.pause(random.integer(ALIVE_MS.min, ALIVE_MS.max))
        if (context.signal.aborted) return
        if (random.next() < 0.5) await fill(context)
        else await failFlush(context)
        context.healed()
      },
    ])
  },
})

async function fill(context: FaultContext): Promise<void> {
  const { database } = context.stage
  const giveBack = await fillDisk(database.folder)
  try {
    // The log has room in the segment that it has; a new one does not fit.
    await database.db.query('select pg_switch_wal()').catch(() => undefined)
    await context.pause(context.random.integer(FULL_MS.min, FULL_MS.max))
    context.landed('filled the disk')
  } finally {
    await giveBack()
  }
}

async function failFlush(context: FaultContext): Promise<void> {
  const { database } = context.stage
  await using failing = await failNextFlush(await database.sessions('purchases'))
  const deadline = performance.now() + FAILURE_MS
  while (failing.failed() === 0) {
    if (context.signal.aborted) return
    if (performance.now() > deadline) throw new Error('nothing was flushed')
    await sleep(POLL_MS)
  }
  context.landed('a flush failed')
}
