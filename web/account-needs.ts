/** What the pages ask about accounts, and about ways into them. */
import type { Language } from '../src/kernel/language.ts'
import type { UserType } from '../src/platform/http/access.ts'

/** Somebody signed in to the pages. */
export interface PageUser {
  userId: number
  userType: UserType
  name: string
  email: string
  language: Language
}

/** Somebody who has just proved who they are. */
export interface ProvenUser {
  id: number
  tokenVersion: number
}

export interface OwnAccount {
  id: number
  name: string
  email: string
  language: Language
  emailVerifiedAt: Date | null
}

export interface OwnSession {
  sessionId: string
  kind: 'refresh' | 'page'
  /** Null when it is not known. */
  device: string | null
  signedInAt: Date
  /** To the hour. */
  lastSeenAt: Date
  isCurrent: boolean
}

export type AccountTies = readonly {
  reason: 'open_orders' | 'payments_under_way' | 'events_ahead' | 'last_admin' | 'tickets_ahead'
  count: number
}[]

export interface Accounts {
  register: (command: {
    name: string
    email: string
    password: string
    userType: UserType
    /** Of the mails. */
    language: Language
    requestId: string
  }) => Promise<ProvenUser>
  /** `device` is a cookie: where somebody signed in before, strangers' guesses do not count. */
  login: (command: {
    email: string
    password: string
    device: string | undefined
    address: string
  }) => Promise<{ user: ProvenUser; device: string }>
  openPageSession: (
    user: ProvenUser,
    userAgent?: string,
  ) => Promise<{ token: string; expiresAt: Date }>
  findPageSession: (token: string) => Promise<PageUser | undefined>
  closePageSession: (token: string) => Promise<void>
  /** Undefined when the account has gone. */
  findUser: (userId: number) => Promise<OwnAccount | undefined>
  /** @throws AppError, naming the field. A new password ends every session and begins the one asked for. */
  changeOwnAccount: (command: {
    userId: number
    name?: string
    language?: Language
    password?: string
    currentPassword?: string
    session?: { kind: 'page'; userAgent: string | undefined }
    requestId: string
  }) => Promise<{ session: { token: string; expiresAt: Date } | undefined }>
  /** Has a link sent to a new address. @throws AppError, naming the field. */
  askEmailChange: (command: {
    userId: number
    email: string
    currentPassword: string
    address: string
    requestId: string
  }) => Promise<void>
  /** The address that was asked for and is not proved yet. */
  findNewEmail: (userId: number) => Promise<string | undefined>
  /** Has the mail sent again that proves the address. */
  askVerification: (command: { userId: number; address: string }) => Promise<void>
  /** @param token Of the session that asks. */
  listSessions: (userId: number, token: string | undefined) => Promise<readonly OwnSession[]>
  /** @throws AppError `not_found` */
  endSessions: (command: {
    userId: number
    which: { sessionId: string } | { butOf: string | undefined }
  }) => Promise<void>
  /** @throws AppError `rate_limited` */
  exportPersonalData: (userId: number) => Promise<Record<string, unknown>>
  /** What is in the way of leaving, or has to be said about it. */
  findTies: (userId: number) => Promise<AccountTies>
  /** Has the link sent with which an account without a password can be deleted. */
  askAccountDeletion: (command: { userId: number; address: string }) => Promise<void>
  /** @throws AppError `account_in_use`, `confirmation_needed`, `invalid_value` */
  deleteAccount: (command: {
    userId: number
    /** The password; or, where there is none, the token of that link. */
    proof: { currentPassword: string } | { token: string }
    acceptsLosingSight: boolean
    requestId: string
  }) => Promise<void>
  /** Has a link to a new password sent to an address, if it is somebody's. */
  askPasswordReset: (command: { email: string; address: string }) => Promise<void>
  /** @throws AppError `invalid_value`, naming the field: the token of the link, or the password. */
  resetPassword: (command: { token: string; password: string; requestId: string }) => Promise<void>
  /** @throws AppError `invalid_value` when the link is no longer good. */
  verifyEmail: (command: { token: string; requestId: string }) => Promise<void>
}

/** Why somebody who came back from a provider is not signed in. */
export type SignInRefusal =
  'away' | 'declined' | 'mistrusted' | 'stale' | 'unverified' | 'taken' | 'suspended'

/** The ways into an account besides its password. */
export interface Connections {
  hasPassword: boolean
  identities: readonly {
    id: number
    /** Of the provider. */
    name: string
    email: string | null
    createdAt: Date
    /** The last way into an account stays. */
    canRemove: boolean
  }[]
  /** Providers with which no account is connected. */
  others: readonly { id: string; name: string }[]
}

/** Signing in with an account elsewhere. A note is what the browser keeps in the meantime. */
export interface ForeignSignIn {
  providers: readonly { id: string; name: string }[]
  /** @throws AppError `not_found` for a provider that there is none of. */
  begin: (command: {
    providerId: string
    next: string
    origin: string | undefined
    /** Whose account it is to be connected to; undefined signs in. */
    userId?: number | undefined
  }) => Promise<{ url: string; note: string } | { refused: SignInRefusal }>
  /** @throws AppError `not_found`, `rate_limited` */
  comeBack: (command: {
    providerId: string
    origin: string | undefined
    note: string | undefined
    /** The query that the browser came back with. */
    answer: URLSearchParams
    userId: number | undefined
    language: Language
    address: string
    requestId: string
  }) => Promise<
    | { kind: 'signed in'; user: ProvenUser; next: string }
    | { kind: 'connected'; next: string }
    | { kind: 'account exists'; email: string; note: string }
    | { kind: 'refused'; reason: SignInRefusal; next: string }
  >
  /** Whose account a note is about; undefined when it is no longer good. */
  readNote: (note: string | undefined) => { email: string; next: string } | undefined
  /** @throws AppError `invalid_credentials`, `account_suspended`, `rate_limited` */
  connect: (command: {
    providerId: string
    note: string | undefined
    password: string
    device: string | undefined
    address: string
    requestId: string
  }) => Promise<{ user: ProvenUser; device: string; next: string } | { refused: SignInRefusal }>
  connectionsOf: (userId: number) => Promise<Connections>
  /** @throws AppError `invalid_value` for a wrong password of an account that has one. */
  requireOwner: (command: { userId: number; password: string }) => Promise<void>
  /** @throws AppError `not_found`, `invalid_value` for the last way into the account. */
  remove: (command: { userId: number; identityId: number; requestId: string }) => Promise<void>
}
