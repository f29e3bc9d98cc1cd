/** What the rest of the shop may ask of accounts; `compose.ts` hands it out. */
import type { ChangeOwnAccountCommand, ChangedOwnAccount } from './change-own-account.ts'
import type { ChangeUserCommand } from './change-user.ts'
import type { LogInCommand, LoggedIn } from './log-in.ts'
import type { RegisterUserCommand } from './register-user.ts'
import type { PageUser } from './sessions.sql.ts'
import type { User, UserFilter } from './users.sql.ts'

export interface Accounts {
  register: (command: RegisterUserCommand) => Promise<User>
  /** Checks address and password. It opens no session: the API and the pages have their own. */
  login: (command: LogInCommand) => Promise<LoggedIn>
  /** Name and password, by their owner. A new password ends every session, pages included. */
  changeOwnAccount: (command: ChangeOwnAccountCommand) => Promise<ChangedOwnAccount>
  /** Signs in to the pages somebody who has just logged in or registered. */
  openPageSession: (user: {
    id: number
    tokenVersion: number
  }) => Promise<{ token: string; expiresAt: Date }>
  /** Who the cookie's token belongs to; undefined when nobody is signed in with it. */
  findPageSession: (token: string) => Promise<PageUser | undefined>
  closePageSession: (token: string) => Promise<void>
  /** Name and address of those that exist, e.g. for mail. */
  addressOf: (userIds: readonly number[]) => Promise<{ id: number; name: string; email: string }[]>
  /** Users by id, from after `page.after`. */
  listUsers: (
    filter: UserFilter,
    page: { limit: number; after: number | undefined },
  ) => Promise<User[]>
  changeUser: (command: ChangeUserCommand) => Promise<User>
  createFirstAdmin: (command: { email: string; password: string }) => Promise<User>
}
