/** Every fault there is. */
import { StartupError } from '../../../src/kernel/startup-error.ts'
import type { FaultMaker } from '../fault.ts'
import { killShops } from './f01-kill-shops.ts'
import { mixedKills } from './mixed-kills.ts'

const FAULTS: readonly FaultMaker[] = [killShops]

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
