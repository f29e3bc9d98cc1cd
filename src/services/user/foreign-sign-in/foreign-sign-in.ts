/** Signing in with an account elsewhere: what the pages may ask of it. */
import type { Language } from '../../../kernel/language.ts'
import type { User } from '../users.sql.ts'
import type { Identity } from './identities.sql.ts'
import type { ProviderFaultReason } from './provider.ts'

/**
 * Why somebody who came back from a provider is not signed in. `stale`: this browser did not begin
 * this sign-in, or long ago, or it came back before. `unverified`: the provider does not vouch for
 * the address of somebody new. `taken`: it is another account's way to sign in.
 */
export type RefusalReason = ProviderFaultReason | 'stale' | 'unverified' | 'taken' | 'suspended'

/** How a sign-in elsewhere ended. */
export type Outcome =
  | { kind: 'signed in'; user: User; next: string }
  /** In the own account, which somebody was signed in to. */
  | { kind: 'connected'; next: string }
  /** The address has an account: its password decides, and the note says what it decides. */
  | { kind: 'account exists'; email: string; note: string }
  | { kind: 'refused'; reason: RefusalReason; next: string }

export interface BeginCommand {
  providerId: string
  /** Where to go afterwards, a path of ours. */
  next: string
  /** `https://shop.example`, as the request says it. */
  origin: string | undefined
  /** Whose account it is to be connected to; undefined signs in. */
  userId?: number | undefined
}

export interface ReturnCommand {
  providerId: string
  origin: string | undefined
  /** What the browser kept since the beginning. */
  note: string | undefined
  /** The query that it came back with. */
  answer: URLSearchParams
  /** Who is signed in. */
  userId: number | undefined
  /** Of the mails to somebody new. */
  language: Language
  /** Where the request comes from. */
  address: string
  requestId: string
}

export interface ConnectCommand {
  providerId: string
  /** What the browser kept since it came back. */
  note: string | undefined
  password: string
  /** The device cookie, when there is one. */
  device: string | undefined
  address: string
  requestId: string
}

/** The ways into an account besides its password. */
export interface Connections {
  hasPassword: boolean
  identities: readonly (Identity & {
    name: string
    /** The last way into an account stays. */
    canRemove: boolean
  })[]
  /** With which no account is connected. */
  others: readonly { id: string; name: string }[]
}

export interface ForeignSignIn {
  /** In the order of the buttons. */
  providers: readonly { id: string; name: string }[]
  /**
   * @returns Where to send the browser, and what it has to keep until it comes back; or why not.
   * @throws AppError `not_found` for a provider that there is none of.
   */
  begin: (
    command: BeginCommand,
  ) => Promise<{ url: string; note: string } | { refused: ProviderFaultReason }>
  /** @throws AppError `not_found`, `rate_limited` */
  comeBack: (command: ReturnCommand) => Promise<Outcome>
  /** Whose account a note is about, and where they were going; undefined when it is no longer good. */
  readNote: (note: string | undefined) => { email: string; next: string } | undefined
  /**
   * Connects what was proved before to the account of its address, whose password is right.
   * @throws AppError `invalid_credentials`, `account_suspended`, `rate_limited`
   */
  connect: (
    command: ConnectCommand,
  ) => Promise<{ user: User; device: string; next: string } | { refused: 'stale' | 'taken' }>
  connectionsOf: (userId: number) => Promise<Connections>
  /**
   * The password of an account that has one, before something else is to open it.
   * @throws AppError `invalid_value`, `rate_limited`
   */
  requireOwner: (command: { userId: number; password: string }) => Promise<void>
  /** @throws AppError `not_found`, `invalid_value` for the last way into the account. */
  remove: (command: { userId: number; identityId: number; requestId: string }) => Promise<void>
}
