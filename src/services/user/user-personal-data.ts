/** What the user service itself has about a person. */
import { type PersonalData, tiesOf } from '../../platform/personal-data.ts'
import type { Database } from '../../platform/postgres.ts'
import { deleteIdentitiesOf, findIdentityRowsOf } from './foreign-sign-in/identities.sql.ts'
import { findAccountRow, isLastAdmin } from './leaving-users.sql.ts'
import { deleteSessionsOf, findSessionRowsOf } from './sessions.sql.ts'
import { deleteTokensOf, findTokensOf } from './user-tokens.sql.ts'

export const userPersonalData = (db: Database): PersonalData => ({
  collect: async (userId) => ({
    account: await findAccountRow(db, userId),
    sessions: await findSessionRowsOf(db, userId),
    mail_links: await findTokensOf(db, userId),
    connected_sign_ins: await findIdentityRowsOf(db, userId),
  }),
  findTies: async (tx, userId) => tiesOf({ last_admin: (await isLastAdmin(tx, userId)) ? 1 : 0 }),
  async forget(tx, userId) {
    await deleteSessionsOf(tx, userId)
    await deleteTokensOf(tx, userId)
    await deleteIdentitiesOf(tx, userId)
  },
})
