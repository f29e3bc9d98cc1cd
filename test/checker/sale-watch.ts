/** Sees every sale: who waits for the next one hears of it, and recoveries are timed by it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Evidence } from './evidence.ts'
import type { ProcessHandle } from './fault.ts'
import type { Call } from './ledger.ts'

interface Healing {
  shop: string | undefined
  at: number
  seconds: number | undefined
}

export interface SaleWatch {
  onSale: (call: Pick<Call, 'shop'>) => void
  healed: (shop?: ProcessHandle) => void
  /** Resolves at the next sale, or when the signal is aborted. */
  nextSale: (signal: AbortSignal) => Promise<void>
  /** Resolves when there was a sale after every healing, or after a time. */
  recovered: (mostMs: number) => Promise<void>
  recoveries: () => Evidence['recoveries']
}

const POLL_MS = 20

export function createSaleWatch(): SaleWatch {
  const healings: Healing[] = []
  const open = new Set<Healing>()
  let sales = 0
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await sleep(POLL_MS)
  }
  return {
    onSale({ shop }) {
      sales += 1
      for (const healing of open) {
        if (healing.shop !== undefined && healing.shop !== shop) continue
        healing.seconds = (performance.now() - healing.at) / 1_000
        open.delete(healing)
      }
    },
    healed(shop) {
      const healing = { shop: shop?.name, at: performance.now(), seconds: undefined }
      healings.push(healing)
      open.add(healing)
    },
    async nextSale(signal) {
      const before = sales
      await until(() => sales > before || signal.aborted)
    },
    async recovered(mostMs) {
      const deadline = performance.now() + mostMs
      await until(() => open.size === 0 || performance.now() > deadline)
    },
    recoveries: () => healings.map(({ shop, seconds }) => ({ what: shop ?? 'the whole', seconds })),
  }
}
