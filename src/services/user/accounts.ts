/** What the rest of the shop may ask of accounts; `compose.ts` hands it out. */
import type { Ties } from '../../platform/personal-data.ts'
import type { Transaction } from '../../platform/postgres.ts'
import type { ChangeOwnAccountCommand, ChangedOwnAccount } from './change-own-account.ts'
import type { ChangeUserCommand } from './change-user.ts'
import type { AskEmailChangeCommand } from './ask-email-change.ts'
import type { DeleteAccountCommand } from './delete-account.ts'
import type { EndSessionsCommand } from './end-sessions.ts'
import type { LogInCommand, LoggedIn } from './log-in.ts'
import type { RegisterUserCommand } from './register-user.ts'
import type { PageUser, SessionOverview } from './sessions.sql.ts'
import type { TokenRequest } from './user-tokens.ts'
import type { User, UserFilter } from './users.sql.ts'

export interface Accounts {
  register: (command: RegisterUserCommand) => Promise<User>
  /** Checks address and password. It opens no session: the API and the pages have their own. */
  login: (command: LogInCommand) => Promise<LoggedIn>
  /** Name and password, by their owner. A new password ends every session, pages included. */
  changeOwnAccount: (command: ChangeOwnAccountCommand) => Promise<ChangedOwnAccount>
  /** Signs in to the pages somebody who has just logged in or registered. */
  openPageSession: (
    user: { id: number; tokenVersion: number },
    userAgent?: string,
  ) => Promise<{ token: string; expiresAt: Date }>
  /** Who the cookie's token belongs to; undefined when nobody is signed in with it. */
  findPageSession: (token: string) => Promise<PageUser | undefined>
  closePageSession: (token: string) => Promise<void>
  /** Undefined when there is no such account. */
  findUser: (userId: number) => Promise<User | undefined>
  /** Has a link to a new password sent to an address, if it is somebody's. */
  askPasswordReset: (command: { email: string; address: string }) => Promise<void>
  /** Uses up the token of such a link, and ends every session of the account. */
  resetPassword: (command: { token: string; password: string; requestId: string }) => Promise<void>
  /** Has a link sent to the address that an account is to have. */
  askEmailChange: (command: AskEmailChangeCommand) => Promise<void>
  /** The address that was asked for and is not proved yet. */
  findNewEmail: (userId: number) => Promise<string | undefined>
  /** @param token Of the session that asks. */
  listSessions: (userId: number, token: string | undefined) => Promise<SessionOverview[]>
  endSessions: (command: EndSessionsCommand) => Promise<void>
  /** Has the mail sent again that proves an address. */
  askVerification: (command: { userId: number; address: string }) => Promise<void>
  exportPersonalData: (userId: number) => Promise<Record<string, unknown>>
  /** What ties somebody to the shop who may want to leave. */
  findTies: (userId: number) => Promise<Ties[]>
  /** Has the link sent with which an account without a password can be deleted. */
  askAccountDeletion: (command: { userId: number; address: string }) => Promise<void>
  deleteAccount: (command: DeleteAccountCommand) => Promise<void>
  /** Uses up the token of a link that proves an address; a new one takes effect with it. */
  verifyEmail: (command: { token: string; requestId: string }) => Promise<void>
  /** Makes the token of a link, in the transaction that makes its mail. */
  makeToken: (tx: Transaction, asked: TokenRequest) => Promise<string>
  /** Users by id, from after `page.after`. */
  listUsers: (
    filter: UserFilter,
    page: { limit: number; after: number | undefined },
  ) => Promise<User[]>
  changeUser: (command: ChangeUserCommand) => Promise<User>
  createFirstAdmin: (command: { email: string; password: string }) => Promise<User>
}
