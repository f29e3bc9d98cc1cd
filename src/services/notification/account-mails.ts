/**
 * Mails to owners of accounts. A message carries the user and a number of its own, never the token
 * of the link: that is made with the mail, so that it is in neither the outbox nor the jobs.
 */
import { type Consumer, consumer } from '../../platform/outbox/consumer.ts'
import type { Transaction } from '../../platform/postgres.ts'
import { type DeliverMailDeps, deliverMail } from './deliver-mail.ts'
import { addressVerificationMail } from './mails/address-verification.ts'
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
    asked: { kind: 'password_reset' | 'email_verification'; userId: number; request: string },
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
        await deliverMail(deps, mail, tx)
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
        await deliverMail(deps, mail, tx)
      },
    }),
  ]
}
