/**
 * Mails to owners of accounts. A message carries the user and a number of its own, never the token
 * of the link: that is made with the mail, so that it is in neither the outbox nor the jobs.
 */
import type { Messages } from '../../contracts/messages.ts'
import { type Consumer, consumer } from '../../platform/outbox/consumer.ts'
import type { Transaction } from '../../platform/postgres.ts'
import { type DeliverMailDeps, deliverMail } from './deliver-mail.ts'
import { addressChangeMail } from './mails/address-change.ts'
import { addressVerificationMail } from './mails/address-verification.ts'
import { accountDeletionMail } from './mails/account-deletion.ts'
import { farewellMail } from './mails/farewell.ts'
import { identityConnectedMail } from './mails/identity-connected.ts'
import { newAddressMail } from './mails/new-address.ts'
import { passwordResetMail } from './mails/password-reset.ts'
import type { Mail } from './mail.ts'
import type { Recipient } from './recipients.ts'

export interface AccountMailsDeps extends DeliverMailDeps {
  /** Where the shop's pages are, e.g. `https://tickets.example`. */
  publicUrl: string
  /** Undefined for who cannot sign in anyway. */
  findAccount: (userId: number) => Promise<Account | undefined>
  /**
   * Makes the token of a link, which is good once `tx` is committed. Asked again for the same
   * request it is the same, so that a mail that is sent twice has one link.
   */
  makeToken: (
    tx: Transaction,
    asked: {
      kind: 'password_reset' | 'email_verification' | 'email_change' | 'account_deletion'
      userId: number
      request: string
      /** Of `email_change`: the new address. */
      email?: string
    },
  ) => Promise<string>
}

type Account = Recipient & { isVerified: boolean }
type TokenKind = Parameters<AccountMailsDeps['makeToken']>[1]['kind']
/** The messages that are about one account that is there. */
type AccountTopic = Exclude<Extract<keyof Messages, `user.${string}`>, 'user.deleted'>

/** What a mail is written from. */
interface Writing<T extends AccountTopic> {
  message: Messages[T]
  account: Account
  /** To a page of the shop. */
  url: (path: string) => string
  /** The same with a token that is good once; `email` is the new address of `email_change`. */
  link: (path: string, kind: TokenKind, email?: string) => Promise<string>
}

/** Gives none where there is nobody to tell any more. */
type Write<T extends AccountTopic> = (
  writing: Writing<T>,
) => Promise<Mail | undefined> | Mail | undefined

export function accountMails(deps: AccountMailsDeps): Consumer[] {
  const mail = <T extends AccountTopic>(topic: T, name: string, write: Write<T>): Consumer =>
    accountMail(deps, { topic, name, write })
  return [
    mail('user.password_reset_asked', 'mail-password-reset', async (of) =>
      passwordResetMail({
        ...{ cause: `password-reset-${of.message.request}`, recipient: of.account },
        url: await of.link('/reset', 'password_reset'),
      }),
    ),
    mail('user.verification_asked', 'mail-address-verification', async (of) =>
      of.account.isVerified
        ? undefined
        : addressVerificationMail({
            ...{ cause: `verification-${of.message.request}`, recipient: of.account },
            url: await of.link('/verify', 'email_verification'),
          }),
    ),
    mail('user.deletion_asked', 'mail-account-deletion', async (of) =>
      accountDeletionMail({
        ...{ cause: `account-deletion-${of.message.request}`, recipient: of.account },
        url: await of.link('/account/delete', 'account_deletion'),
      }),
    ),
    mail('user.identity_connected', 'mail-identity-connected', ({ message, account, url }) =>
      identityConnectedMail({
        ...{ cause: `identity-connected-${message.request}`, recipient: account },
        ...{ provider: message.provider, url: url('/account#connected') },
      }),
    ),
    // The new address gets the link, and the old one hears of it twice: when it can still be
    // stopped, and when it is done.
    mail('user.email_change_asked', 'mail-new-address', async ({ message, account, link }) =>
      newAddressMail({
        cause: `new-address-${message.request}`,
        recipient: { ...account, email: message.new_email },
        url: await link('/verify', 'email_change', message.new_email),
      }),
    ),
    mail('user.email_change_asked', 'mail-address-change-asked', ({ message, account, url }) =>
      // Nobody is to be told of it at the address that has taken effect meanwhile.
      account.email === message.new_email
        ? undefined
        : addressChangeMail('asked', {
            ...{ cause: `address-change-asked-${message.request}`, recipient: account },
            ...{ newEmail: message.new_email, url: url('/account/password') },
          }),
    ),
    mail('user.email_changed', 'mail-address-changed', ({ message, account }) =>
      addressChangeMail('done', {
        cause: `address-changed-${message.request}`,
        recipient: { ...account, email: message.old_email },
        newEmail: account.email,
      }),
    ),
    farewellMails(deps),
  ]
}

/** One mail to the owner of an account, about one message; none when `write` gives none. */
function accountMail<T extends AccountTopic>(
  deps: AccountMailsDeps,
  definition: {
    topic: T
    name: string
    write: Write<T>
  },
): Consumer {
  const { topic, name, write } = definition
  return consumer<T, Messages[T]>({
    ...{ topic, name, lane: 'mail' },
    effects: (message) =>
      message.user_id === null ? [] : [{ id: `request ${message.request}`, data: message }],
    async handle(message, tx) {
      const { user_id: userId, request } = message
      const account = userId === null ? undefined : await deps.findAccount(userId)
      if (userId === null || account === undefined) return
      const url = (path: string) => `${deps.publicUrl}${path}`
      const mail = await write({
        ...{ message, account, url },
        async link(path, kind, email) {
          const more = email === undefined ? {} : { email }
          const token = await deps.makeToken(tx, { kind, userId, request, ...more })
          return `${url(path)}?token=${token}`
        },
      })
      if (mail !== undefined) await deliverMail(deps, mail, tx, userId)
    },
  })
}

/** The last mail. Who has no account any more is known by what the message says. */
function farewellMails(deps: AccountMailsDeps): Consumer {
  type Farewell = Messages['user.deleted']
  return consumer({
    topic: 'user.deleted',
    name: 'mail-farewell',
    lane: 'mail',
    effects: (message) => [{ id: `request ${message.request}`, data: message }],
    async handle({ email, language, request }: Farewell, tx) {
      const mail = farewellMail({ cause: `farewell-${request}`, recipient: { email, language } })
      await deliverMail(deps, mail, tx, null)
    },
  })
}
