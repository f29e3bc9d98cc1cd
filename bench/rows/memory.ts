/** Whether anything grows while the shop does the same all the time. */
import { readdirSync } from 'node:fs'
import type { BenchContext, Row } from '../side-by-side/row.ts'
import type { BenchDatabase } from '../side-by-side/bench-server.ts'
import type { Target } from '../side-by-side/target.ts'
import { summarize } from '../side-by-side/figures.ts'
import { browseTexts, connectTo, openSale, purchaseTexts, readMetrics } from './loads.ts'
import { runOpenLoop } from './open-loop.ts'
import { countConnections } from './rows.sql.ts'

const BROWSES_PER_SECOND = 150
const ORDERS_PER_SECOND = 100
const CONNECTIONS = 64
const EVENTS = 100
const MIB = 1024 * 1024
const FULL = { seconds: 900, everySeconds: 5, warmUpSeconds: 60 }
const QUICK = { seconds: 20, everySeconds: 1, warmUpSeconds: 4 }
/** Access tokens are good for fifteen minutes, so new ones are signed on the way. */
const TOKENS_SECONDS = 300

interface Sample {
  atSeconds: number
  rssMib: number
  heapMib: number
  files: number
  databaseConnections: number
  outboxAgeSeconds: number
}
type Gauge = Exclude<keyof Sample, 'atSeconds'>

export const memory: Row = {
  name: 'memory',
  title: 'Memory in the last third of fifteen minutes of steady load / in the first',
  goal: { ratio: 1.2, sense: 'at most' },
  isLong: true,
  async measure(context) {
    const plan = context.options.isQuick ? QUICK : FULL
    const { template, sale } = await openSale(context, { events: EVENTS })
    await using database = await context.server.copyDatabase(template)
    await using target = await context.startShop(database)
    using client = await connectTo(target, CONNECTIONS)
    const faults: string[] = []
    const load = async (seconds: number, run: string): Promise<void> => {
      const { seed } = context.options
      const { tallies } = await runOpenLoop({
        ...{ client, seconds, seed },
        streams: [
          { name: 'browse', ratePerSecond: BROWSES_PER_SECOND, text: browseTexts(target, sale) },
          {
            name: 'order',
            ratePerSecond: ORDERS_PER_SECOND,
            text: purchaseTexts({ target, sale, seed, run }),
          },
        ],
      })
      for (const [name, { lost, byStatus }] of tallies) {
        if (lost > 0) faults.push(`${name}: ${lost} were never answered`)
        for (const [status, { count }] of byStatus) {
          if (status >= 300) faults.push(`${name}: ${count} were answered ${status}`)
        }
      }
    }
    await load(plan.warmUpSeconds, 'warm-up')
    const sampler = await startSampler({ context, target, database, ...plan })
    for (let from = 0; from < plan.seconds && !context.stop.aborted; from += TOKENS_SECONDS) {
      await load(Math.min(TOKENS_SECONDS, plan.seconds - from), `from-${from}`)
    }
    const samples = await sampler.stop()
    const third = Math.floor(samples.length / 3)
    const medianOf = (part: Sample[], gauge: Gauge) =>
      summarize(part.map((sample) => sample[gauge])).median
    const both = (gauge: Gauge): number[] => [
      medianOf(samples.slice(0, third), gauge),
      medianOf(samples.slice(-third), gauge),
    ]
    const [first = Number.NaN, last = Number.NaN] = both('rssMib')
    const half = samples.slice(Math.floor(samples.length / 2))
    return {
      ratios: [last / first],
      figures: {
        'resident MiB, first and last third': [first, last],
        'heap MiB, first and last third': both('heapMib'),
        'open files, first and last third': both('files'),
        'database connections, first and last third': both('databaseConnections'),
        'outbox age s, first and last third': both('outboxAgeSeconds'),
        'resident MiB more each hour, over the second half': [slopeOf(half, 'rssMib') * 3600],
        'heap MiB more each hour, over the second half': [slopeOf(half, 'heapMib') * 3600],
      },
      faults,
      details: { samples },
    }
  },
}

async function startSampler(options: {
  context: BenchContext
  target: Target
  database: BenchDatabase
  everySeconds: number
}): Promise<{ stop: () => Promise<Sample[]> }> {
  const { target, database } = options
  const samples: Sample[] = []
  const startedAt = performance.now()
  let pending: Promise<void> = Promise.resolve()
  const sample = async (): Promise<void> => {
    const gauge = await readMetrics(target)
    samples.push({
      atSeconds: (performance.now() - startedAt) / 1000,
      rssMib: gauge('process_resident_memory_bytes') / MIB,
      heapMib: gauge('nodejs_heap_size_used_bytes') / MIB,
      files: openFilesOf(target.pid),
      databaseConnections: await countConnections(database),
      outboxAgeSeconds: gauge('boxoffice_outbox_age_seconds'),
    })
  }
  const timer = setInterval(() => {
    pending = pending.then(sample)
  }, options.everySeconds * 1000)
  await sample()
  return {
    async stop() {
      clearInterval(timer)
      await pending
      return samples
    },
  }
}

/** NaN where the system does not tell. */
function openFilesOf(pid: number): number {
  return process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : Number.NaN
}

/** Of the straight line that is closest to all samples, in units a second. */
function slopeOf(samples: Sample[], gauge: Gauge): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const at = mean(samples.map(({ atSeconds }) => atSeconds))
  const middle = mean(samples.map((sample) => sample[gauge]))
  const rise = samples.map((sample) => (sample.atSeconds - at) * (sample[gauge] - middle))
  const run = samples.map(({ atSeconds }) => (atSeconds - at) ** 2)
  return mean(rise) / mean(run)
}
