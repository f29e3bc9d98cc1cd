/** The database of a shop: the one that `DATABASE_URL` names, or one of its own in its data folder. */
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { requireDatabase } from './platform/database-startup.ts'
import { startEmbeddedPostgres } from './platform/embedded-postgres/server.ts'
import { makeSpareLog } from './platform/embedded-postgres/spare-log.ts'
import type { Resources } from './platform/resources.ts'

/**
 * @param deps.opening Gets what has to be closed again.
 * @returns How to reach it.
 * @throws StartupError when it cannot be reached or started, for a reason that can be mended.
 */
export async function openDatabase(deps: {
  config: Pick<Config, 'databaseUrl' | 'dataDir'>
  opening: Resources
  logger: Logger
}): Promise<pg.ClientConfig> {
  const { config, opening, logger } = deps
  if (config.databaseUrl !== undefined) {
    await requireDatabase(config.databaseUrl)
    return { connectionString: config.databaseUrl }
  }
  const { dataDir } = config
  const log = (line: string) => {
    logger.warn({ postgres: line }, 'embedded PostgreSQL')
  }
  const { connection } = opening.use(await startEmbeddedPostgres({ dataDir, log }))
  opening.use(makeSpareLog({ connection, dataDir, log }))
  return connection
}
