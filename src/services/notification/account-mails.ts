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
import type { Recipient } from './recipients.ts'

export interface AccountMailsDeps extends DeliverMailDeps {
  /** Where the shop's pages are, e.g. `https://tickets.example`. */
  publicUrl: string
  /** Undefined for who cannot sign in anyway. */
  findAccount: (userId: number) => Promise<(Recipient & { isVerified: boolean }) | undefined>
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

interface Asked {
  userId: number
  request: string
}

export function accountMails(deps: AccountMailsDeps): Consumer[] {
  return [
    consumer({
      topic: 'user.password_reset_asked',
      name: 'mail-password-reset',
      lane: 'mail',
      effects: ({ user_id: userId, request }) =>
        userId === null ? [] : [{ id: `request ${request}`, data: { userId, request } }],
      async handle({ userId, request }: Asked, tx) {
        const recipient = await deps.findAccount(userId)
        if (recipient === undefined) return
        const token = await deps.makeToken(tx, { kind: 'password_reset', userId, request })
        const url = `${deps.publicUrl}/reset?token=${token}`
        const mail = passwordResetMail({ cause: `password-reset-${request}`, recipient, url })
        await deliverMail(deps, mail, tx, userId)
      },
    }),
    consumer({
      topic: 'user.verification_asked',
      name: 'mail-address-verification',
      lane: 'mail',
      effects: ({ user_id: userId, request }) => [
        { id: `request ${request}`, data: { userId, request } },
      ],
      async handle({ userId, request }: Asked, tx) {
        const recipient = await deps.findAccount(userId)
        if (recipient === undefined || recipient.isVerified) return
        const token = await deps.makeToken(tx, { kind: 'email_verification', userId, request })
        const url = `${deps.publicUrl}/verify?token=${token}`
        const mail = addressVerificationMail({ cause: `verification-${request}`, recipient, url })
        await deliverMail(deps, mail, tx, userId)
      },
    }),
    consumer({
      topic: 'user.deletion_asked',
      name: 'mail-account-deletion',
      lane: 'mail',
      effects: ({ user_id: userId, request }) => [
        { id: `request ${request}`, data: { userId, request } },
      ],
      async handle({ userId, request }: Asked, tx) {
        const recipient = await deps.findAccount(userId)
        if (recipient === undefined) return
        const token = await deps.makeToken(tx, { kind: 'account_deletion', userId, request })
        const url = `${deps.publicUrl}/account/delete?token=${token}`
        const mail = accountDeletionMail({ cause: `account-deletion-${request}`, recipient, url })
        await deliverMail(deps, mail, tx, userId)
      },
    }),
    consumer({
      topic: 'user.identity_connected',
      name: 'mail-identity-connected',
      lane: 'mail',
      effects: ({ user_id: userId, request, provider }) => [
        { id: `request ${request}`, data: { userId, request, provider } },
      ],
      async handle({ userId, request, provider }: Asked & { provider: string }, tx) {
        const recipient = await deps.findAccount(userId)
        if (recipient === undefined) return
        const cause = `identity-connected-${request}`
        const url = `${deps.publicUrl}/account#connected`
        const mail = identityConnectedMail({ cause, recipient, provider, url })
        await deliverMail(deps, mail, tx, userId)
      },
    }),
    ...addressChangeMails(deps),
    farewellMails(deps),
  ]
}

/** The new address gets the link, and the old one hears of it twice: when it can still be stopped, and when it is done. */
function addressChangeMails(deps: AccountMailsDeps): Consumer[] {
  type Change = Asked & { email: string }
  return [
    consumer({
      topic: 'user.email_change_asked',
      name: 'mail-new-address',
      lane: 'mail',
      effects: ({ user_id: userId, request, new_email: email }) => [
        { id: `request ${request}`, data: { userId, request, email } },
      ],
      async handle({ userId, request, email }: Change, tx) {
        const account = await deps.findAccount(userId)
        if (account === undefined) return
        const token = await deps.makeToken(tx, { kind: 'email_change', userId, request, email })
        const url = `${deps.publicUrl}/verify?token=${token}`
        const recipient = { ...account, email }
        const mail = newAddressMail({ cause: `new-address-${request}`, recipient, url })
        await deliverMail(deps, mail, tx, userId)
      },
    }),
    consumer({
      topic: 'user.email_change_asked',
      name: 'mail-address-change-asked',
      lane: 'mail',
      effects: ({ user_id: userId, request, new_email: email }) => [
        { id: `request ${request}`, data: { userId, request, email } },
      ],
      async handle({ userId, request, email }: Change, tx) {
        const recipient = await deps.findAccount(userId)
        // Nobody is to be told of it at the address that has taken effect meanwhile.
        if (recipient === undefined || recipient.email === email) return
        const cause = `address-change-asked-${request}`
        const url = `${deps.publicUrl}/account/password`
        const mail = addressChangeMail('asked', { cause, recipient, newEmail: email, url })
        await deliverMail(deps, mail, tx, userId)
      },
    }),
    consumer({
      topic: 'user.email_changed',
      name: 'mail-address-changed',
      lane: 'mail',
      effects: ({ user_id: userId, request, old_email: email }) => [
        { id: `request ${request}`, data: { userId, request, email } },
      ],
      async handle({ userId, request, email }: Change, tx) {
        const account = await deps.findAccount(userId)
        if (account === undefined) return
        const cause = `address-changed-${request}`
        const told = { cause, recipient: { ...account, email }, newEmail: account.email }
        await deliverMail(deps, addressChangeMail('done', told), tx, userId)
      },
    }),
  ]
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
