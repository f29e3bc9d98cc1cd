/** Where somebody is signed in, all that is known about them, and how they leave. */
import { AppError } from '../../src/kernel/errors.ts'
import { problemOf, requireFilled } from '../form-problem.ts'
import { formOf, secretOf } from '../form.ts'
import { DeleteAccountPage, GoodbyePage } from '../pages/delete-account-pages.tsx'
import { SessionsPage } from '../pages/sessions-page.tsx'
import { seeOther, sendPage } from '../send-page.ts'
import { accountTexts } from '../texts/account.ts'
import { stranger, userOf } from '../visitor.ts'
import { type PageRoutes, page } from './page-route.ts'

const SESSION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function ownDataRoutes({ app, accounts, cookies, findVisitor }: PageRoutes): void {
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
    const visitor = await findVisitor(request)
    const { userId, email: present } = userOf(visitor)
    const ties = await accounts.findTies(userId)
    const form = { visitor, present, ties, hasAccepted: false, problem: undefined }
    return await sendPage(reply, <DeleteAccountPage {...form} />)
  })

  app.post('/account/delete', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { userId, email: present } = userOf(visitor)
    const { language } = visitor
    const t = accountTexts[language]
    const currentPassword = secretOf(request.body, 'current_password')
    const hasAccepted = formOf(request.body)('accepts_losing_sight') === 'yes'
    try {
      requireFilled([['current_password', currentPassword, t.enterCurrent]])
      await accounts.deleteAccount({
        ...{ userId, currentPassword, requestId: request.id },
        acceptsLosingSight: hasAccepted,
      })
    } catch (error) {
      const problem = problemOf(reply, error, { title: t.notDeleted, language })
      const ties = await accounts.findTies(userId)
      const form = { visitor, present, ties, hasAccepted, problem }
      return await sendPage(reply, <DeleteAccountPage {...form} />)
    }
    cookies.clearSession(reply)
    return await sendPage(reply, <GoodbyePage visitor={{ ...stranger(request), language }} />)
  })
}
