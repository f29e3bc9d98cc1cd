/**
 * The event service alone, on a database that counts what it is asked, and by default on a clock that
 * stands still until a test moves it.
 */
import assert from 'node:assert/strict'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { AppError } from '../../src/kernel/errors.ts'
import type { StreamLimits } from '../../src/platform/http/event-streams.ts'
import { type HttpApp, createHttpServer, stopHttpServer } from '../../src/platform/http/server.ts'
import { createHttpMetrics } from '../../src/platform/http/request-telemetry.ts'
import { Database, type Transaction } from '../../src/platform/postgres.ts'
import { eventService } from '../../src/services/event/service.ts'
import { type TestDatabase, createDatabase } from './database.ts'

class CountingDatabase extends Database {
  queries = 0
  isAway = false

  override async query<Row extends object>(
    text: string | { name: string; text: string },
    values?: readonly unknown[],
  ): Promise<Row[]> {
    this.queries += 1
    if (this.isAway) throw new AppError('unavailable', { retryAfterSeconds: 1 })
    return await super.query<Row>(text, values)
  }
}

export interface EventRig extends AsyncDisposable {
  http: HttpApp
  db: CountingDatabase
  now: { ms: number }
  registry: Registry
  /** Runs the consumers of a topic, as the job runner would. */
  deliver: (topic: string) => Promise<void>
  /** Listens on a free loopback port. @returns `http://127.0.0.1:port` */
  listen: () => Promise<string>
}

export async function startEventRig(
  options: { isClockRunning?: true; streamLimits?: StreamLimits } = {},
): Promise<EventRig> {
  const database: TestDatabase = await createDatabase()
  const db = new CountingDatabase({
    connection: database.connection,
    name: 'test',
    connectionsMax: 10,
  })
  const now = { ms: Date.now() }
  const registry = new Registry()
  const logger = pino({ level: 'silent' })
  const unused = async () => await Promise.reject(new Error('nothing is changed here'))
  const { streamLimits } = options
  const service = eventService({
    ...{ db, registry, logger },
    audit: unused,
    stock: { setCapacity: unused, lock: unused, hasOrders: unused },
    onCancelled: () => assert.fail('nothing is cancelled here'),
    ...(options.isClockRunning ? {} : { clock: () => now.ms }),
    ...(streamLimits === undefined ? {} : { streamLimits }),
  })
  const http = await createHttpServer({
    logger,
    metrics: createHttpMetrics(new Registry()),
    authenticate: () => assert.fail('nobody signs in here'),
    rateLimits: 'off',
    trustedProxies: ['127.0.0.1'],
  })
  service.routes?.(http)
  await http.ready()
  return {
    ...{ http, db, now, registry },
    async deliver(topic) {
      for (const consumer of service.consumers ?? []) {
        if (consumer.topic !== topic) continue
        const payload = { event_id: 1, order_ids: [1] }
        for (const { data } of consumer.effects(payload)) {
          await consumer.handle(data as never, {} as Transaction)
        }
      }
    },
    listen: async () => await http.listen({ host: '127.0.0.1', port: 0 }),
    async [Symbol.asyncDispose]() {
      await stopHttpServer(http)
      await db[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}
