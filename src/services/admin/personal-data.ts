/** What the audit log has about a person: what they did, and what was done to their account. */
import type { PersonalData } from '../../platform/personal-data.ts'
import type { Queryable } from '../../platform/postgres.ts'
import { findAuditEntriesAbout } from './audit.sql.ts'

/** The log stays when somebody goes: it has no names and no addresses. */
export const adminPersonalData = (db: Queryable): PersonalData => ({
  collect: async (userId) => ({ audit_log: await findAuditEntriesAbout(db, userId) }),
})
