import type { Audit } from '../../platform/audit.ts'
import { insertAuditEntry } from './audit.sql.ts'

/** Writes down who did what, in the transaction of the deed; the sealer chains it later. */
export const writeAuditEntry: Audit = insertAuditEntry
