import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { createTicketingTelemetry } from './telemetry.ts'

test('the stock of the events that sold last is shown, and of no more than fifty', async () => {
  const registry = new Registry()
  const telemetry = createTicketingTelemetry(registry, () => 0)
  for (let eventId = 1; eventId <= 60; eventId += 1) {
    const stock = { remaining: 100 - eventId, byType: new Map<number, number>() }
    telemetry.batchDecided({ eventId, stock, placed: 1, refused: 0, ms: 1 })
  }
  const text = await registry.metrics()
  assert.match(text, /boxoffice_tickets_remaining\{event="60"\} 40/)
  assert.doesNotMatch(text, /event="10"\}/)
  assert.equal(text.match(/^boxoffice_tickets_remaining\{/gm)?.length, 50)
})
