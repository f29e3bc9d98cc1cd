/** One fault from beginning to end: opens the stage, lets the crowd in, breaks things, looks. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Random, seededRandom } from '../../bench/onsale/random.ts'
import { verifyAuditChain } from '../../src/services/admin/verify-audit-chain.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'
import { type Client, createClient } from './client.ts'
import { BUYERS, EVENT_KINDS, WAVE_MS, planCrowd } from './crowd.ts'
import type { Evidence } from './evidence.ts'
import type { Fault } from './fault.ts'
import { readBooks } from './history.sql.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { startLoad } from './load.ts'
import { changeEvents } from './organizer.ts'
import { createSaleWatch } from './sale-watch.ts'
import { type Snapshots, startSnapshots } from './snapshots.ts'
import { type OwnedStage, openStage } from './stage.ts'

const RECOVERY_SECONDS = 15
/** Messages and jobs are done by then: longer than a lease and the pauses between tries. */
const REST_SECONDS = 60
/** How long a count of the API may lag behind. */
const LAG_MS = 5_000
const POLL_MS = 100
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
    await using stage = await openStage(options.folder, fault)
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
    ...{ shops: stage.shops, buyers, events, client, ledger },
    onSale: watch.onSale,
  })
  const organizing = new AbortController()
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
    await Promise.all([load.stop(), changes])
  }
  await replaySome({ stage, ledger, client, buyers, random: seededRandom(seed) })
  const restMs = (options.restSeconds ?? REST_SECONDS) * 1_000
  const evidence = await lookAtRest({ stage, ledger, client, snapshots, fault, buyers, restMs })
  client.close()
  return { ...evidence, recoveries: watch.recoveries() }
}

/** As many waves as the run is long, all of them at once: waves open by who asks for them. */
async function openSales(stage: OwnedStage, organizer: Buyer, seconds: number): Promise<number[]> {
  const events: number[] = []
  const waves = Math.ceil((seconds * 1_000) / WAVE_MS) + SPARE_WAVES
  for (let wave = 0; wave < waves; wave += 1) {
    for (const { capacity, maxPerUser } of EVENT_KINDS) {
      events.push((await createSale(stage.database.db, { capacity, maxPerUser })).eventId)
    }
  }
  await stage.database.db.query('update events set created_by = $1', [organizer.id])
  return events
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
    const { eventId, quantity, key, userId } = purchase
    const body = { event_id: eventId, quantity }
    ledger.complete(call, await client.post(shop.url, tokens.get(userId) ?? '', body, key))
  }
}

async function lookAtRest(options: {
  stage: OwnedStage
  ledger: Ledger
  client: Client
  snapshots: Snapshots
  fault: Fault
  buyers: readonly Buyer[]
  restMs: number
}): Promise<Omit<Evidence, 'recoveries'>> {
  const { stage, ledger, client, snapshots, fault } = options
  const { db } = stage.database
  const cameToRest = await within(
    options.restMs,
    async () => (await snapshots.take()).waiting === 0,
  )
  await snapshots.stop()
  const rest = await snapshots.take()
  const books = await readBooks(db)
  const remaining: Evidence['remaining'][number][] = []
  const token = options.buyers[0]?.token ?? ''
  for (const shop of stage.shops) {
    for (const event of books.events) {
      let left: number | null = null
      await within(LAG_MS, async () => {
        const answer = await client.ask('GET', `${shop.url}/api/v1/events/${event.id}`, token)
        left = answer?.status === 200 ? remainingIn(answer.body) : null
        return left === event.free
      })
      remaining.push({ eventId: event.id, shop: shop.name, remaining: left })
    }
  }
  return {
    ...{ calls: ledger.calls, readings: ledger.readings, changes: ledger.changes },
    ...{ snapshots: snapshots.taken, rest, books, remaining, cameToRest },
    chain: await verifyAuditChain(db),
    mails: await stage.mail.received(),
    ended: [...stage.shops, ...stage.workers]
      .filter((each) => each.hasEndedByItself())
      .map((each) => `${each.name} (${each.output().slice(-500)})`),
    concessions: {
      mailsMayRepeat: fault.concessions?.mailsMayRepeat ?? false,
      deadLetters: fault.concessions?.deadLetters?.() ?? [],
      recoverySeconds: fault.concessions?.recoverySeconds ?? RECOVERY_SECONDS,
      requestsMayHang: fault.concessions?.requestsMayHang ?? false,
      mailDelaySeconds: fault.concessions?.mailDelaySeconds,
      lateMails: fault.concessions?.lateMails?.() ?? 0,
    },
  }
}

const remainingIn = (body: string): number =>
  (JSON.parse(body) as { remaining_tickets: number }).remaining_tickets

async function within(ms: number, condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + ms
  while (!(await condition().catch(() => false))) {
    if (performance.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}

const hashOf = (text: string): number =>
  [...text].reduce((hash, character) => Math.imul(hash, 31) + character.charCodeAt(0), 7)
