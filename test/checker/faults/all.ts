/** Every fault there is. */
import { StartupError } from '../../../src/kernel/startup-error.ts'
import type { FaultMaker } from '../fault.ts'
import { killShops } from './f01-kill-shops.ts'
import { killWorkers } from './f03-kill-workers.ts'
import { killPostgres } from './f04-kill-postgres.ts'
import { loseCommits } from './f05-lose-commits.ts'
import { poison } from './f13-poison.ts'
import { badNetwork } from './f15-bad-network.ts'
import { badDisk } from './f18-bad-disk.ts'
import { wrongClocks } from './f19-wrong-clocks.ts'
import { freezeShops } from './f20-freeze-shops.ts'
import { migrations } from './f22-migrations.ts'
import { conflicts } from './f24-conflicts.ts'
import { mixedKills } from './mixed-kills.ts'

export const FAULTS: readonly FaultMaker[] = [
  killShops,
  killWorkers,
  killPostgres,
  loseCommits,
  poison,
  badNetwork,
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
  return ids.map((id) => {
    const found = FAULTS.find((make) => make().id === id)
    if (found !== undefined) return found
    const known = FAULTS.map((make) => make().id).join(', ')
    throw new StartupError(`There is no fault ${id}. Known are ${known}.`)
  })
}
