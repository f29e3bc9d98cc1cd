/** How far messages lag behind, read when somebody asks. */
import { Gauge, type Registry } from 'prom-client'
import type { Queryable } from '../postgres.ts'
import { TRIES_MAX } from './jobs.ts'

export function outboxTelemetry(registry: Registry, db: Queryable): void {
  const age = new Gauge({
    name: 'boxoffice_outbox_age_seconds',
    help: 'How long the oldest message has been waiting for the relay.',
    registers: [registry],
    async collect() {
      // Metrics matter most while the database is away, so they do not fail with it.
      const rows = await db
        .query<{ waiting: number; dead: number; age: number | null }>(
          `select (select extract(epoch from clock_timestamp() - min(created_at))::float8
                   from outbox) as age,
                count(*) filter (where tries < $1 or run_at > now()) as waiting,
                count(*) filter (where tries >= $1 and run_at <= now()) as dead
           from jobs`,
          [TRIES_MAX],
        )
        .catch(() => [])
      const row = rows[0]
      age.set(row === undefined ? Number.NaN : (row.age ?? 0))
      jobs.set({ state: 'waiting' }, row?.waiting ?? Number.NaN)
      jobs.set({ state: 'dead' }, row?.dead ?? Number.NaN)
    },
  })
  const jobs = new Gauge({
    name: 'boxoffice_jobs',
    help: 'Effects of messages that wait to be done, and dead letters that were given up.',
    labelNames: ['state'] as const,
    registers: [registry],
  })
}
