/** How busy the rush keeps the machine. */
export interface Processors {
  /** This process. */
  crowd: number
  /** The shop's, which tells it in its metrics; undefined when they are not to be had. */
  shop: number | undefined
}

const TIMEOUT_MS = 5_000

/** @returns What tells the averages from now until then. */
export async function watchProcessors(url: URL): Promise<() => Promise<Processors>> {
  const shopBefore = await shopSeconds(url)
  const crowdBefore = process.cpuUsage()
  const begunAt = performance.now()
  return async () => {
    const { user, system } = process.cpuUsage(crowdBefore)
    const seconds = (performance.now() - begunAt) / 1000
    const shopAfter = await shopSeconds(url)
    return {
      crowd: (user + system) / 1e6 / seconds,
      shop:
        shopBefore === undefined || shopAfter === undefined
          ? undefined
          : (shopAfter - shopBefore) / seconds,
    }
  }
}

async function shopSeconds(url: URL): Promise<number | undefined> {
  const metrics = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then(async (answer) => await answer.text())
    .catch(() => '')
  const found = /^process_cpu_seconds_total (\S+)/m.exec(metrics)?.[1]
  return found === undefined ? undefined : Number(found)
}
