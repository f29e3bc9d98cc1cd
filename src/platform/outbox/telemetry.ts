/** How far messages lag behind, read when somebody asks. */
import { Gauge, type Registry } from 'prom-client'
import type { Queryable } from '../postgres.ts'
import { TRIES_MAX } from './jobs.ts'

export function outboxTelemetry(registry: Registry, db: Queryable): void {
  const age = new Gauge({
    name: 'boxoffice_outbox_age_seconds',
    help: 'How long the oldest message has been waiting for the relay.',
    registers: [registry],
    collect: async () => {
      const [row] = await db.query<{ waiting: string; dead: string; age: number }>(
        `select (select extract(epoch from clock_timestamp() - min(created_at))::float8
                   from outbox) as age,
                count(*) filter (where attempts < $1) as waiting,
                count(*) filter (where attempts >= $1) as dead
           from graphile_worker.jobs`,
        [TRIES_MAX],
      )
      // Rounds are short, so a clock that moved is the only way below zero.
      age.set(Math.max(row?.age ?? 0, 0))
      jobs.set({ state: 'waiting' }, Number(row?.waiting ?? 0))
      jobs.set({ state: 'dead' }, Number(row?.dead ?? 0))
    },
  })
  const jobs = new Gauge({
    name: 'boxoffice_jobs',
    help: 'Effects of messages that wait to be done, and dead letters that were given up.',
    labelNames: ['state'] as const,
    registers: [registry],
  })
}
