/** What the purchase path tells about itself. */
import { LRUCache } from 'lru-cache'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { DecidedBatch } from './decide-batch.ts'

export interface TicketingTelemetry {
  batchDecided: (batch: DecidedBatch) => void
  refusedAtGate: () => void
  turnedAway: () => void
  /** Orders became CONFIRMED by their payment. */
  settled: (granted: number) => void
}

/** The events that sold last, whose stock is shown; a label for each event ever would never end. */
const EVENTS_SHOWN = 50

/** @param waiting How many requests wait for a batch right now. */
export function createTicketingTelemetry(
  registry: Registry,
  waiting: () => number,
): TicketingTelemetry {
  const placed = new Counter({
    name: 'boxoffice_orders_placed_total',
    help: 'Orders that were placed, holds among them.',
    registers: [registry],
  })
  const refused = new Counter({
    name: 'boxoffice_orders_refused_total',
    help: 'Purchase requests that were refused, by who refused them.',
    labelNames: ['by'] as const,
    registers: [registry],
  })
  const paid = new Counter({
    name: 'boxoffice_orders_paid_total',
    help: 'Orders that were confirmed by their payment.',
    registers: [registry],
  })
  const batchSize = new Histogram({
    name: 'boxoffice_purchase_batch_size',
    help: 'Requests decided by one call of the database.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers: [registry],
  })
  const batchSeconds = new Histogram({
    name: 'boxoffice_purchase_batch_seconds',
    help: 'How long the database took for a batch, commit included.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [registry],
  })
  const remaining = new Gauge({
    name: 'boxoffice_tickets_remaining',
    help: 'Tickets left of the events that sold last.',
    labelNames: ['event'] as const,
    registers: [registry],
  })
  const shown = new LRUCache<number, true>({
    max: EVENTS_SHOWN,
    dispose: (_value, eventId, reason) => {
      if (reason === 'evict') remaining.remove({ event: eventId })
    },
  })
  const gauge = new Gauge({
    name: 'boxoffice_purchases_waiting',
    help: 'Purchase requests that wait for a batch.',
    registers: [registry],
    collect: () => {
      gauge.set(waiting())
    },
  })
  return {
    batchDecided(batch) {
      placed.inc(batch.placed)
      refused.inc({ by: 'database' }, batch.refused)
      if (batch.stock !== undefined) {
        shown.set(batch.eventId, true)
        remaining.set({ event: batch.eventId }, batch.stock.remaining)
      }
      batchSize.observe(batch.placed + batch.refused)
      batchSeconds.observe(batch.ms / 1000)
    },
    refusedAtGate() {
      refused.inc({ by: 'gate' })
    },
    turnedAway() {
      refused.inc({ by: 'door' })
    },
    settled(granted) {
      paid.inc(granted)
    },
  }
}
