/** The admin service: looking after users, and the log of who did what. Its only door. */
import type { Logger } from 'pino'
import type { Database } from '../../platform/postgres.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Service } from '../../platform/service.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { adminRoutes } from './routes.ts'
import { sealAuditLog } from './seal-audit-log.ts'
import type { UserDirectory } from './user-directory.ts'

const SEAL_EVERY_MS = 1_000

export interface AdminServiceDeps {
  db: Database
  accounts: UserDirectory
  /** Told when work beside requests fails; it goes on by itself. */
  logger?: Logger
}

export function adminService(deps: AdminServiceDeps): Service {
  const { db, accounts } = deps
  return {
    name: 'admin',
    routes: (app) => {
      adminRoutes(app, { db, accounts })
      deadLetterRoutes(app, db)
    },
    start: async () =>
      await Promise.resolve(
        repeat({
          everyMs: SEAL_EVERY_MS,
          work: async () => {
            await sealAuditLog(db)
          },
          onError: (error) => deps.logger?.warn({ err: error }, 'audit sealer will try again'),
        }),
      ),
  }
}
