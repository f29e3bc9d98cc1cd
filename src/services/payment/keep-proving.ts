/** Checks the books of one event after the other, all the time, and says when they disagree. */
import type { Logger } from 'pino'
import { Gauge, type Registry } from 'prom-client'
import type { Database } from '../../platform/postgres.ts'
import { type Repetition, repeat } from '../../platform/repeat.ts'
import { findEventsToProve, readProof } from './proof.sql.ts'
import { checkProof } from './proof.ts'

const EVENTS_PER_ROUND = 20
const EVERY_MS = 10_000

export function startProving(deps: {
  db: Database
  registry: Registry
  logger: Logger
  /** Purchases need the machine more. */
  isBusy: () => boolean
}): Repetition {
  const differing = new Set<number>()
  const gauge = new Gauge({
    name: 'boxoffice_proof_differences',
    help: 'Events whose counters, orders, tickets, payments and ledger disagree.',
    registers: [deps.registry],
    collect: () => {
      gauge.set(differing.size)
    },
  })
  let afterEventId = 0
  return repeat({
    everyMs: EVERY_MS,
    async work() {
      if (deps.isBusy()) return
      const eventIds = await findEventsToProve(deps.db, afterEventId, EVENTS_PER_ROUND)
      for (const eventId of eventIds) {
        const proof = await readProof(deps.db, eventId)
        const broken = proof === undefined ? [] : checkProof(proof).filter((check) => !check.holds)
        if (broken.length > 0 && !differing.has(eventId)) {
          deps.logger.error({ event: eventId, proof, broken }, 'the books of a sale disagree')
        }
        if (broken.length > 0) differing.add(eventId)
        else differing.delete(eventId)
      }
      afterEventId = eventIds.length < EVENTS_PER_ROUND ? 0 : (eventIds.at(-1) ?? 0)
    },
    onError: (error) => {
      deps.logger.warn({ err: error }, 'the books will be checked again')
    },
  })
}
