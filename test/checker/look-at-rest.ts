/** When everything is over: waits until it has come to rest, and gathers what is left of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyAuditChain } from '../../src/services/admin/verify-audit-chain.ts'
import type { Buyer } from '../support/sale.ts'
import type { Client } from './client.ts'
import type { Evidence } from './evidence.ts'
import type { Fault } from './fault.ts'
import { type BookedEvent, readBooks } from './history.sql.ts'
import type { Ledger } from './ledger.ts'
import { type Snapshots, isAtRest } from './snapshots.ts'
import type { OwnedStage } from './stage.ts'

/** How long a count of the API may lag behind. */
const LAG_MS = 5_000
/** And its proof. */
const PROOF_MS = 10_000
const POLL_MS = 100
const RECOVERY_SECONDS = 15
const EXPIRY_SECONDS = 5

export async function lookAtRest(options: {
  stage: OwnedStage
  ledger: Ledger
  client: Client
  snapshots: Snapshots
  fault: Fault
  buyers: readonly Buyer[]
  restSeconds: number
}): Promise<Omit<Evidence, 'recoveries'>> {
  const { stage, ledger, snapshots, fault } = options
  const { db } = stage.database
  const cameToRest = await within(
    options.restSeconds * 1_000,
    async () => isAtRest(await snapshots.take()) && (await stage.provider.pending()) === 0,
  )
  await snapshots.stop()
  const rest = await snapshots.take()
  const books = await readBooks(db)
  const { concessions } = fault
  return {
    ...{ calls: ledger.calls, deeds: ledger.deeds, readings: ledger.readings },
    ...{ changes: ledger.changes, snapshots: snapshots.taken, edges: snapshots.edges },
    ...{ rest, books, cameToRest },
    provider: await stage.provider.books(),
    deliveries: stage.provider.deliveries,
    remaining: await askRemaining(options, books.events),
    proofs: await askProofs(options, books.events),
    chain: await verifyAuditChain(db),
    mails: await stage.mail.received(),
    ended: [...stage.shops, ...stage.workers]
      .filter((each) => each.hasEndedByItself())
      .map((each) => `${each.name} (${each.output().slice(-500)})`),
    concessions: {
      mailsMayRepeat: concessions?.mailsMayRepeat ?? false,
      deadLetters: concessions?.deadLetters?.() ?? [],
      recoverySeconds: concessions?.recoverySeconds ?? RECOVERY_SECONDS,
      requestsMayHang: concessions?.requestsMayHang ?? false,
      mailDelaySeconds: concessions?.mailDelaySeconds,
      lateMails: concessions?.lateMails?.() ?? 0,
      expirySeconds: concessions?.expirySeconds ?? EXPIRY_SECONDS,
    },
  }
}

/** What each shop says is left of each event, once it says what is. */
async function askRemaining(
  { stage, client, buyers }: { stage: OwnedStage; client: Client; buyers: readonly Buyer[] },
  events: readonly BookedEvent[],
): Promise<Evidence['remaining']> {
  const token = buyers[0]?.token ?? ''
  const places = stage.shops.flatMap((shop) => events.map((event) => ({ shop, event })))
  return await Promise.all(
    places.map(async ({ shop, event }) => {
      let left: number | null = null
      await within(LAG_MS, async () => {
        const answer = await client.ask('GET', `${shop.url}/api/v1/events/${event.id}`, token)
        left = answer.status === 200 ? remainingIn(answer.body) : null
        return left === event.free
      })
      return { eventId: event.id, shop: shop.name, remaining: left }
    }),
  )
}

/** Each is as old as the shop keeps it at most. */
async function askProofs(
  { stage, client }: { stage: OwnedStage; client: Client },
  events: readonly BookedEvent[],
): Promise<Evidence['proofs']> {
  const [shop] = stage.shops
  return await Promise.all(
    events.map(async ({ id }) => {
      let holds: boolean | null = null
      await within(PROOF_MS, async () => {
        const answer = await client.ask('GET', `${shop?.url ?? ''}/api/v1/events/${id}/proof`, '')
        holds = answer.status === 200 ? (JSON.parse(answer.body) as { holds: boolean }).holds : null
        return holds === true
      })
      return { eventId: id, holds }
    }),
  )
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
