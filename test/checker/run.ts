/** One fault from beginning to end: opens the stage, lets the crowd in, breaks things, looks. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Random, seededRandom } from '../../bench/onsale/random.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'
import { type Client, createClient } from './client.ts'
import { BUYERS, CANCELLED_KIND, EVENT_KINDS, WAVE_MS, planCrowd } from './crowd.ts'
import type { Evidence } from './evidence.ts'
import type { Fault } from './fault.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { HOLD_SECONDS } from './life.ts'
import { bodyOf, startLoad } from './load.ts'
import { lookAtRest } from './look-at-rest.ts'
import { cancelEvent, changeEvents } from './organizer.ts'
import { createSaleWatch } from './sale-watch.ts'
import { startSnapshots } from './snapshots.ts'
import { type OwnedStage, openStage } from './stage.ts'

const RECOVERY_SECONDS = 15
/** Messages, jobs and payments are done by then: longer than a lease and the pauses between tries. */
const REST_SECONDS = 60
/** When the organizer calls one event off. */
const CANCEL_MS = 4_000
/** Waves beyond the time that was planned for, while the sale goes on to show that it does. */
const SPARE_WAVES = 3
const REPLAYS = 50

export interface RunOptions {
  fault: Fault
  seed: number
  /** How long the fault may strike; with `strikes` at most so long. */
  seconds: number
  strikes: number | undefined
  ratePerSecond: number
  /** How long messages and jobs have to be done with in the end, 60 when not given. */
  restSeconds?: number
  /** For what the run writes; what is left of it tells why it failed. */
  folder: string
}

export interface RunResult {
  fault: Fault
  landed: string[]
  seconds: number
  /** Undefined when the run broke off. */
  evidence: Evidence | undefined
  /** Why it broke off. */
  failure: string | undefined
}

export async function runFault(options: RunOptions): Promise<RunResult> {
  const { fault } = options
  const landed: string[] = []
  const startedAt = performance.now()
  const result = (rest: Pick<RunResult, 'evidence' | 'failure'>): RunResult => ({
    fault,
    landed,
    seconds: (performance.now() - startedAt) / 1_000,
    ...rest,
  })
  try {
    await using stage = await openStage(options.folder, fault, options.seed)
    await using ledger = await openLedger(join(stage.folder, 'ledger.jsonl'))
    const evidence = await play(options, { stage, ledger, landed })
    return result({ evidence, failure: undefined })
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return result({ evidence: undefined, failure })
  }
}

async function play(
  options: RunOptions,
  { stage, ledger, landed }: { stage: OwnedStage; ledger: Ledger; landed: string[] },
): Promise<Evidence> {
  const { fault, seed } = options
  const { db } = stage.database
  const buyers = await createBuyers(db, stage.dataDir, BUYERS)
  const [organizer] = (await createBuyers(db, stage.dataDir, 1, 'organizer')) as [Buyer]
  const events = await openSales(stage, organizer, options.seconds)
  const client = createClient()
  const snapshots = startSnapshots(db)
  const watch = createSaleWatch()
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const load = startLoad({
    plan: planCrowd({ seed, ratePerSecond: options.ratePerSecond }),
    ...{ shops: stage.shops, buyers, events, client, ledger, organizer },
    providerUrl: stage.provider.url,
    onSale: watch.onSale,
  })
  const organizing = new AbortController()
  const cancelling = cancelLater({ stage, ledger, client, organizer }, events[CANCELLED_KIND] as number) // prettier-ignore
  const changes = changeEvents({
    ...{ events, organizer, shops: stage.shops, client, ledger },
    signal: organizing.signal,
  })
  try {
    await watch.nextSale(over.signal)
    timer = setTimeout(() => {
      over.abort()
    }, options.seconds * 1_000)
    await fault.run({
      // A stream of its own: what the crowd draws does not depend on what the fault draws.
      random: seededRandom(seed ^ hashOf(fault.id)),
      signal: over.signal,
      strikes: options.strikes,
      stage,
      landed: (what) => landed.push(what),
      healed: watch.healed,
      pause: async (ms) => {
        await sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)
      },
      nextSale: async () => {
        await watch.nextSale(over.signal)
      },
    })
    if (options.strikes === undefined) await untilAborted(over.signal)
    await watch.recovered((fault.concessions?.recoverySeconds ?? RECOVERY_SECONDS) * 1_000)
  } finally {
    clearTimeout(timer)
    over.abort()
    organizing.abort()
    await Promise.all([load.stop(), changes, cancelling])
  }
  await stage.provider.endTrouble()
  await stage.provider.repeatWebhooks(REPLAYS)
  await replaySome({ stage, ledger, client, buyers, random: seededRandom(seed) })
  const restSeconds = options.restSeconds ?? fault.concessions?.restSeconds ?? REST_SECONDS
  const evidence = await lookAtRest({
    stage,
    ledger,
    client,
    snapshots,
    fault,
    buyers,
    restSeconds,
  })
  client.close()
  return { ...evidence, recoveries: watch.recoveries() }
}

/** As many waves as the run is long, all of them at once: waves open by who asks for them. */
async function openSales(stage: OwnedStage, organizer: Buyer, seconds: number): Promise<number[]> {
  const events: number[] = []
  const waves = Math.ceil((seconds * 1_000) / WAVE_MS) + SPARE_WAVES
  for (let wave = 0; wave < waves; wave += 1) {
    for (const { capacity, maxPerUser, price } of EVENT_KINDS) {
      const types = [{ name: 'General admission', price, capacity }]
      events.push((await createSale(stage.database.db, { capacity, maxPerUser, types })).eventId)
    }
  }
  await stage.database.db.query('update events set created_by = $1, hold_seconds = $2', [
    organizer.id,
    HOLD_SECONDS,
  ])
  return events
}

/** Also when the run is over before: what is cancelled has to be given back all the same. */
async function cancelLater(
  deps: { stage: OwnedStage; ledger: Ledger; client: Client; organizer: Buyer },
  eventId: number,
): Promise<void> {
  const { stage, ...others } = deps
  await sleep(CANCEL_MS)
  const giveUpAt = performance.now() + REST_SECONDS * 1_000
  const mayRetry = () => performance.now() < giveUpAt
  await cancelEvent({ shops: stage.shops, ...others, mayRetry }, eventId)
}

/** Some of the confirmed purchases are sent again after everything, as by a cautious client. */
async function replaySome(options: {
  stage: OwnedStage
  ledger: Ledger
  client: Client
  buyers: readonly Buyer[]
  random: Random
}): Promise<void> {
  const { stage, ledger, client, buyers, random } = options
  const tokens = new Map(buyers.map((buyer) => [buyer.id, buyer.token]))
  const done = ledger.calls.filter(
    ({ outcome, purchase }) => outcome.kind === 'placed' && purchase.key !== undefined,
  )
  for (let n = 0; n < Math.min(REPLAYS, done.length); n += 1) {
    const { purchase } = done[random.integer(0, done.length - 1)] as (typeof done)[number]
    const shop = stage.shops[n % stage.shops.length] as (typeof stage.shops)[number]
    const call = await ledger.invoke(purchase, shop.name)
    const { key, userId } = purchase
    const token = tokens.get(userId) ?? ''
    ledger.complete(call, await client.post(shop.url, token, bodyOf(purchase), key))
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}

const hashOf = (text: string): number =>
  [...text].reduce((hash, character) => Math.imul(hash, 31) + character.charCodeAt(0), 7)
