/** Where somebody is signed in, all that is known about them, and how they leave. */
import { AppError } from '../../src/kernel/errors.ts'
import { problemOf, requireFilled } from '../form-problem.ts'
import { formOf, secretOf } from '../form.ts'
import { type DeleteAccountProps, DeleteAccountPage, GoodbyePage } from '../pages/delete-account-pages.tsx' // prettier-ignore
import { DeadLinkPage } from '../pages/mail-link-pages.tsx'
import { SessionsPage } from '../pages/sessions-page.tsx'
import { seeOther, sendPage } from '../send-page.ts'
import { accountTexts } from '../texts/account.ts'
import { signInTexts } from '../texts/sign-in.ts'
import { type Visitor, stranger, userOf } from '../visitor.ts'
import { type PageRoutes, page } from './page-route.ts'

const SESSION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function ownDataRoutes(routes: PageRoutes): void {
  const { app, accounts, cookies, findVisitor, foreignSignIn } = routes
  app.get('/account/sessions', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { userId } = userOf(visitor)
    const sessions = await accounts.listSessions(userId, cookies.readSession(request))
    const ended = formOf(request.query)('done')
    const done = ended === 'one' || ended === 'others' ? ended : undefined
    return await sendPage(reply, <SessionsPage {...{ visitor, sessions, done }} />)
  })

  app.post('/account/sessions/others/end', page, async (request, reply) => {
    const { userId } = userOf(await findVisitor(request))
    await accounts.endSessions({ userId, which: { butOf: cookies.readSession(request) } })
    return await seeOther(reply, '/account/sessions?done=others')
  })

  app.post<{ Params: { id: string } }>(
    '/account/sessions/:id/end',
    page,
    async (request, reply) => {
      const { userId } = userOf(await findVisitor(request))
      const { id } = request.params
      if (!SESSION_ID.test(id)) throw new AppError('not_found')
      await accounts.endSessions({ userId, which: { sessionId: id } })
      return await seeOther(reply, '/account/sessions?done=one')
    },
  )

  app.get('/account/export', page, async (request, reply) => {
    const { userId } = userOf(await findVisitor(request))
    const data = await accounts.exportPersonalData(userId)
    return await reply
      .header('Content-Type', 'application/json; charset=utf-8')
      .header('Content-Disposition', 'attachment; filename="box-office-export.json"')
      .header('Cache-Control', 'no-store')
      .send(JSON.stringify(data, null, 2))
  })

  app.get('/account/delete', page, async (request, reply) => {
    const query = formOf(request.query)
    const form = await deleteFormOf(await findVisitor(request), query('token'))
    const isSent = Object.hasOwn(request.query as object, 'sent')
    return await sendPage(
      reply,
      <DeleteAccountPage {...form} {...{ isSent, hasAccepted: false, problem: undefined }} />,
    )
  })

  app.post('/account/delete/link', page, async (request, reply) => {
    const { userId } = userOf(await findVisitor(request))
    await accounts.askAccountDeletion({ userId, address: request.ip })
    return await seeOther(reply, '/account/delete?sent')
  })

  app.post('/account/delete', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { userId } = userOf(visitor)
    const { language } = visitor
    const t = accountTexts[language]
    const currentPassword = secretOf(request.body, 'current_password')
    const token = formOf(request.body)('token')
    const hasAccepted = formOf(request.body)('accepts_losing_sight') === 'yes'
    try {
      if (token === '') requireFilled([['current_password', currentPassword, t.enterCurrent]])
      const proof = token === '' ? { currentPassword } : { token }
      const acceptsLosingSight = hasAccepted
      await accounts.deleteAccount({ userId, proof, acceptsLosingSight, requestId: request.id })
    } catch (error) {
      const problem = problemOf(reply, error, { title: t.notDeleted, language })
      if (error instanceof AppError && error.details.field === 'token') {
        const again = { path: '/account/delete', label: signInTexts[language].askAgain }
        return await sendPage(reply, <DeadLinkPage visitor={visitor} again={again} />)
      }
      const form = await deleteFormOf(visitor, token)
      const page = <DeleteAccountPage {...form} {...{ isSent: false, hasAccepted, problem }} />
      return await sendPage(reply, page)
    }
    cookies.clearSession(reply)
    return await sendPage(reply, <GoodbyePage visitor={{ ...stranger(request), language }} />)
  })

  async function deleteFormOf(
    visitor: Visitor,
    token: string,
  ): Promise<Pick<DeleteAccountProps, 'visitor' | 'present' | 'ties' | 'hasPassword' | 'token'>> {
    const { userId, email: present } = userOf(visitor)
    const [ties, { hasPassword }] = await Promise.all([
      accounts.findTies(userId),
      foreignSignIn.connectionsOf(userId),
    ])
    return { visitor, present, ties, hasPassword, token }
  }
}
