/** The user service: accounts, signing in, and who somebody is. Its only door. */
import type { Logger } from 'pino'
import { type Clock, steadyClock, systemClock } from '../../kernel/clock.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Authenticate } from '../../platform/http/access.ts'
import { RateLimiter } from '../../platform/http/rate-limit.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import type { Database } from '../../platform/postgres.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Service } from '../../platform/service.ts'
import type { SigningKeys } from '../../platform/signing-keys.ts'
import type { SignInSettings } from '../../contracts/sign-in.ts'
import { createAccessTokens } from './access-tokens.ts'
import type { Accounts } from './accounts.ts'
import { askAccountDeletion } from './ask-account-deletion.ts'
import { askEmailChange } from './ask-email-change.ts'
import { askPasswordReset } from './ask-password-reset.ts'
import { askVerification } from './ask-verification.ts'
import { changeOwnAccount } from './change-own-account.ts'
import { changeUser } from './change-user.ts'
import { WRONG_PASSWORDS, WRONG_PASSWORDS_OF_ADDRESS } from './check-password.ts'
import { createFirstAdmin } from './create-first-admin.ts'
import { createForeignSignIn } from './foreign-sign-in/create-foreign-sign-in.ts'
import type { ForeignSignIn } from './foreign-sign-in/foreign-sign-in.ts'
import { deleteExpiredSignIns } from './foreign-sign-in/identities.sql.ts'
import { createKnownDevices } from './known-devices.ts'
import { deleteAccount, findTies } from './delete-account.ts'
import { endSessions } from './end-sessions.ts'
import { createExportLimit, exportPersonalData } from './export-personal-data.ts'
import { logIn } from './log-in.ts'
import { logOut } from './log-out.ts'
import { createMailLimits } from './mail-limits.ts'
import { mailLinkRoutes } from './mail-link-routes.ts'
import { openSession } from './open-session.ts'
import { ownAccountRoutes } from './own-account-routes.ts'
import { createPageSessions } from './page-sessions.ts'
import { createPasswordQueue } from './passwords.ts'
import { refreshSession } from './refresh-session.ts'
import { registerUser } from './register-user.ts'
import { resetPassword } from './reset-password.ts'
import { createRevocations } from './revocations.ts'
import { userRoutes } from './routes.ts'
import { sessionTokenHash } from './session-tokens.ts'
import { deleteExpiredSessions, findSessionsOf } from './sessions.sql.ts'
import { makeUserToken } from './user-tokens.ts'
import { userPersonalData } from './user-personal-data.ts'
import { deleteExpiredTokens, findNewEmail } from './user-tokens.sql.ts'
import { type User, findUser, findUsers } from './users.sql.ts'
import { verifyEmail } from './verify-email.ts'

/** A user who was suspended or demoted in another process loses their rights within this time. */
const REVOCATIONS_EVERY_MS = 10_000
const SWEEP_EVERY_MS = 600_000
const SWEPT_AT_ONCE = 5_000

export interface UserServiceDeps {
  db: Database
  audit: Audit
  signingKeys: SigningKeys
  clock?: Clock
  isProduction: boolean
  /** Whether browsers reach us by TLS, so that cookies may insist on it. Always in production. */
  secureCookies: boolean
  /** Off for load that comes from one address on purpose. */
  limitsAddresses?: boolean
  /** Where people can sign in with an account that they have elsewhere; nowhere when left out. */
  signIn?: SignInSettings
  /** What the other services have about people. */
  personalData?: readonly PersonalData[]
  /** Told when work beside requests fails; it goes on by itself. */
  logger?: Logger
}

export function userService(
  deps: UserServiceDeps,
): Service & { authenticate: Authenticate; accounts: Accounts; foreignSignIn: ForeignSignIn } {
  const { db, audit, signingKeys, clock = systemClock } = deps
  const hashing = createPasswordQueue()
  const wrongPasswords = new RateLimiter(WRONG_PASSWORDS, deps.clock)
  const wrongPasswordsOfAddress =
    deps.limitsAddresses === false
      ? undefined
      : new RateLimiter(WRONG_PASSWORDS_OF_ADDRESS, deps.clock)
  const devices = createKnownDevices(signingKeys.deriveSecret('known devices'))
  const tokenSecret = signingKeys.deriveSecret('links in mails')
  const revocations = createRevocations(db, deps.clock ?? steadyClock)
  const pageSessions = createPageSessions(db)
  const tokens = createAccessTokens({
    keys: signingKeys,
    clock,
    minimumVersionOf: revocations.minimumVersionOf,
  })
  const onRevoked = (user: User) => {
    revocations.note(user)
    pageSessions.forgetRemembered()
  }
  const useCaseDeps = {
    db,
    audit,
    hashing,
    wrongPasswords,
    wrongPasswordsOfAddress,
    devices,
    revocations,
    onRevoked,
    onPageSessionsEnded: pageSessions.forgetRemembered,
    tokenSecret,
    clock,
    exports: createExportLimit(deps.clock),
    personalData: [userPersonalData(db), ...(deps.personalData ?? [])],
    mailLimits: createMailLimits(deps.limitsAddresses !== false, deps.clock),
  }

  const accounts: Accounts = {
    register: async (command) => await registerUser(useCaseDeps, command),
    login: async (command) => await logIn(useCaseDeps, command),
    changeOwnAccount: async (command) => {
      const changed = await changeOwnAccount(useCaseDeps, command)
      // The pages greet people by name.
      pageSessions.forgetRemembered()
      return changed
    },
    openPageSession: async (user, userAgent) => await openSession({ db }, user, 'page', userAgent),
    findPageSession: pageSessions.find,
    closePageSession: pageSessions.close,
    findUser: async (userId) => await findUser(db, userId),
    askPasswordReset: async (command) => {
      await askPasswordReset(useCaseDeps, command)
    },
    resetPassword: async (command) => {
      await resetPassword(useCaseDeps, command)
    },
    verifyEmail: async (command) => {
      await verifyEmail(useCaseDeps, command)
      // The pages show the address.
      pageSessions.forgetRemembered()
    },
    askEmailChange: async (command) => {
      await askEmailChange(useCaseDeps, command)
    },
    findNewEmail: async (userId) => await findNewEmail(db, userId),
    listSessions: async (userId, token) =>
      await findSessionsOf(db, userId, token === undefined ? undefined : sessionTokenHash(token)),
    endSessions: async (command) => {
      await endSessions(useCaseDeps, command)
    },
    exportPersonalData: async (userId) => await exportPersonalData(useCaseDeps, userId),
    askVerification: async (command) => {
      await askVerification(useCaseDeps, command)
    },
    findTies: async (userId) => await findTies(useCaseDeps, userId),
    askAccountDeletion: async (command) => {
      await askAccountDeletion(useCaseDeps, command)
    },
    deleteAccount: async (command) => {
      await deleteAccount(useCaseDeps, command)
    },
    makeToken: async (tx, asked) => await makeUserToken(tx, tokenSecret, asked),
    listUsers: async (filter, page) => await findUsers(db, filter, page),
    changeUser: async (command) => await changeUser(useCaseDeps, command),
    createFirstAdmin: async (command) => await createFirstAdmin(useCaseDeps, command),
  }

  const foreignSignIn = createForeignSignIn({
    ...useCaseDeps,
    settings: deps.signIn ?? { origin: undefined, providers: [] },
    secret: signingKeys.deriveSecret('sign-in elsewhere'),
    limitsAddresses: deps.limitsAddresses !== false,
    logger: deps.logger,
    logIn: accounts.login,
  })

  return {
    name: 'user',
    accounts,
    foreignSignIn,
    authenticate: tokens.authenticate,
    routes: (app) => {
      const secureCookies = deps.isProduction || deps.secureCookies
      userRoutes(app, {
        register: accounts.register,
        signIn: async (command) => {
          const { user, device } = await accounts.login(command)
          const session = await openSession({ db }, user, 'refresh', command.userAgent)
          return { user: session.user, refreshToken: session.token, device }
        },
        refresh: async (used) => await refreshSession(useCaseDeps, used),
        logOut: async (refreshToken) => {
          await logOut({ db }, refreshToken)
        },
        findUser: accounts.findUser,
        changeOwnAccount: accounts.changeOwnAccount,
        issueAccessToken: tokens.issue,
        jwks: signingKeys.jwks,
        secureCookies,
      })
      ownAccountRoutes(app, { ...accounts, secureCookies })
      mailLinkRoutes(app, accounts)
    },
    start: () => startUpkeep(),
  }

  async function startUpkeep(): Promise<AsyncDisposable> {
    const onError = (error: unknown) => deps.logger?.warn({ err: error }, 'will try again')
    // Before the first request: a process that starts must not honour what others revoked.
    await revocations.refresh().catch(onError)
    const loops = [
      repeat({ everyMs: REVOCATIONS_EVERY_MS, work: revocations.refresh, onError }),
      repeat({
        everyMs: SWEEP_EVERY_MS,
        work: async () => {
          await deleteExpiredSessions(db, SWEPT_AT_ONCE)
          await deleteExpiredTokens(db, SWEPT_AT_ONCE)
          await deleteExpiredSignIns(db, SWEPT_AT_ONCE)
        },
        onError,
      }),
    ]
    return {
      async [Symbol.asyncDispose]() {
        await Promise.all(loops.map(async (loop) => await loop[Symbol.asyncDispose]()))
      },
    }
  }
}
