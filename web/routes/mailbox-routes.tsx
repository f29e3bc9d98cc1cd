import type { FastifyRequest } from 'fastify'
import { AppError } from '../../src/kernel/errors.ts'
import { formOf, wholeNumber } from '../form.ts'
import type { Mailbox, StoredMail } from '../needs.ts'
import { MailPage, MailboxPage } from '../pages/mailbox-pages.tsx'
import { sendPage } from '../send-page.ts'
import type { FindVisitor, Visitor } from '../visitor.ts'
import { type PageRoutes, page } from './page-route.ts'

const MAILS_SHOWN = 100

/** A mail brings its own styles and nothing else; it is shown in a frame that may do nothing. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"

export function mailboxRoutes({ app, mailbox, findVisitor }: PageRoutes): void {
  if (mailbox === undefined) return

  app.get('/mailbox', page, async (request, reply) => {
    const visitor = await allowedVisitor(findVisitor, request)
    const mails = await mailbox.newest(MAILS_SHOWN)
    return await sendPage(reply, <MailboxPage visitor={visitor} mails={mails} />)
  })

  app.get('/mailbox/:id', page, async (request, reply) => {
    const visitor = await allowedVisitor(findVisitor, request)
    const mail = await findMail(mailbox, request)
    return await sendPage(reply, <MailPage visitor={visitor} mail={mail} />)
  })

  app.get('/mailbox/:id/body', page, async (request, reply) => {
    await allowedVisitor(findVisitor, request)
    const mail = await findMail(mailbox, request)
    return await reply
      .header('Content-Type', 'text/html; charset=utf-8')
      .header('Content-Security-Policy', MAIL_POLICY)
      .header('Cache-Control', 'no-store')
      .send(mail.html)
  })
}

/** @throws AppError `unauthenticated` or `forbidden` */
async function allowedVisitor(findVisitor: FindVisitor, request: FastifyRequest): Promise<Visitor> {
  const visitor = await findVisitor(request)
  if (visitor.seesMailbox) return visitor
  if (visitor.user === undefined) throw new AppError('unauthenticated')
  throw new AppError('forbidden', { detail: 'The mailbox is for admins.' })
}

/** @throws AppError `not_found` */
async function findMail(mailbox: Mailbox, request: FastifyRequest): Promise<StoredMail> {
  const id = wholeNumber(formOf(request.params)('id'))
  const mail = id === undefined ? undefined : await mailbox.find(id)
  if (mail === undefined) throw new AppError('not_found')
  return mail
}
