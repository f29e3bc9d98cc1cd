/** Every fault there is. */
import { StartupError } from '../../../src/kernel/startup-error.ts'
import type { FaultMaker } from '../fault.ts'
import { killShops } from './f01-kill-shops.ts'
import { killWorkers } from './f03-kill-workers.ts'
import { killPostgres } from './f04-kill-postgres.ts'
import { loseCommits } from './f05-lose-commits.ts'
import { poison } from './f13-poison.ts'
import { freezeShops } from './f20-freeze-shops.ts'
import { mixedKills } from './mixed-kills.ts'

export const FAULTS: readonly FaultMaker[] = [
  killShops,
  killWorkers,
  killPostgres,
  loseCommits,
  poison,
  freezeShops,
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
