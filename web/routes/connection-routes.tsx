/** In the own account: connecting an account elsewhere, and disconnecting it. */
import { AppError } from '../../src/kernel/errors.ts'
import { secretOf, wholeNumber } from '../form.ts'
import { ConnectPage, LeavePage, RefusedSignInPage } from '../pages/foreign-sign-in-pages.tsx'
import { passwordProblem } from '../password-problem.ts'
import { seeOther, sendPage } from '../send-page.ts'
import { userOf } from '../visitor.ts'
import { STATUS, providerOf } from './foreign-sign-in-routes.tsx'
import { type PageRoutes, page } from './page-route.ts'

const OWN_ACCOUNT = '/account'

interface WithProvider {
  Params: { provider: string }
}

export function connectionRoutes(routes: PageRoutes): void {
  const { app, cookies, findVisitor, foreignSignIn } = routes

  app.get<WithProvider>('/account/connect/:provider', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { userId } = userOf(visitor)
    const provider = providerOf(routes, request)
    const { hasPassword } = await foreignSignIn.connectionsOf(userId)
    const props = { visitor, provider, hasPassword, problem: undefined }
    return await sendPage(reply, <ConnectPage {...props} />)
  })

  app.post<WithProvider>('/account/connect/:provider', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { userId } = userOf(visitor)
    const provider = providerOf(routes, request)
    try {
      await foreignSignIn.requireOwner({ userId, password: secretOf(request.body, 'password') })
    } catch (error) {
      const problem = passwordProblem(reply, error, visitor.language)
      return await sendPage(
        reply,
        <ConnectPage visitor={visitor} provider={provider} hasPassword problem={problem} />,
      )
    }
    const { origin } = visitor
    const next = OWN_ACCOUNT
    const begun = await foreignSignIn.begin({ providerId: provider.id, next, origin, userId })
    if ('refused' in begun) {
      const props = { visitor, provider, reason: begun.refused, next }
      return await sendPage(reply.code(STATUS[begun.refused]), <RefusedSignInPage {...props} />)
    }
    cookies.writeNote(reply, begun.note)
    return await sendPage(
      reply,
      <LeavePage visitor={visitor} provider={provider} url={begun.url} />,
    )
  })

  app.post<{ Params: { id: string } }>(
    '/account/identities/:id/remove',
    page,
    async (request, reply) => {
      const { userId } = userOf(await findVisitor(request))
      const identityId = wholeNumber(request.params.id)
      if (identityId === undefined) throw new AppError('not_found')
      await foreignSignIn.remove({ userId, identityId, requestId: request.id })
      return await seeOther(reply, `${OWN_ACCOUNT}#connected`)
    },
  )
}
