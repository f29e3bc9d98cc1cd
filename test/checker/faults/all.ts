/** Every fault there is. */
import { StartupError } from '../../../src/kernel/startup-error.ts'
import type { FaultMaker } from '../fault.ts'
import { killShops } from './f01-kill-shops.ts'
import { crashPoints } from './f02-crash-points.ts'
import { killWorkers } from './f03-kill-workers.ts'
import { killPostgres } from './f04-kill-postgres.ts'
import { loseCommits } from './f05-lose-commits.ts'
import { poison } from './f13-poison.ts'
import { slowWorkers } from './f14-slow-workers.ts'
import { badNetwork } from './f15-bad-network.ts'
import { providerTrouble } from './f16-provider-trouble.ts'
import { webhookTrouble } from './f17-webhooks.ts'
import { badDisk } from './f18-bad-disk.ts'
import { wrongClocks } from './f19-wrong-clocks.ts'
import { freezeShops } from './f20-freeze-shops.ts'
import { migrations } from './f22-migrations.ts'
import { conflicts } from './f24-conflicts.ts'
import { mixedKills } from './mixed-kills.ts'

export const FAULTS: readonly FaultMaker[] = [
  killShops,
  ...crashPoints,
  killWorkers,
  killPostgres,
  loseCommits,
  poison,
  slowWorkers,
  badNetwork,
  providerTrouble,
  webhookTrouble,
  badDisk,
  wrongClocks,
  freezeShops,
  migrations,
  conflicts,
]

/** What `--kills` runs. */
export const KILLS: FaultMaker = mixedKills

/** @throws StartupError when there is none of that name. */
export function chooseFaults(ids: readonly string[] | undefined): readonly FaultMaker[] {
  if (ids === undefined) return FAULTS
  return ids.flatMap((id) => {
    // F2 is all of F2.1, F2.2, …
    const found = FAULTS.filter((make) => make().id === id || make().id.startsWith(`${id}.`))
    if (found.length > 0) return found
    const known = FAULTS.map((make) => make().id).join(', ')
    throw new StartupError(`There is no fault ${id}. Known are ${known}.`)
  })
}
