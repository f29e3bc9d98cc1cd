/** Signing in with an account elsewhere: there, back, and what may be asked in between. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../src/kernel/errors.ts'
import { formOf, secretOf } from '../form.ts'
import type { SignInRefusal } from '../needs.ts'
import { AccountExistsPage, RefusedSignInPage } from '../pages/foreign-sign-in-pages.tsx'
import { passwordProblem } from '../password-problem.ts'
import { safeNext } from '../safe-next.ts'
import { seeOther, sendPage } from '../send-page.ts'
import type { Visitor } from '../visitor.ts'
import { enter } from './enter.ts'
import { type PageRoutes, page } from './page-route.ts'

export const STATUS: Record<SignInRefusal, number> = {
  ...{ stale: 400, declined: 400, mistrusted: 400 },
  ...{ unverified: 403, suspended: 403, taken: 409, away: 503 },
}

interface WithProvider {
  Params: { provider: string }
}

export function foreignSignInRoutes(routes: PageRoutes): void {
  const { app, cookies, findVisitor, foreignSignIn } = routes

  app.get<WithProvider>('/sign-in/with/:provider', page, async (request, reply) => {
    const provider = providerOf(routes, request)
    const next = safeNext(formOf(request.query)('next'))
    const visitor = await findVisitor(request)
    if (visitor.user !== undefined) return await seeOther(reply, next)
    const { origin } = visitor
    const begun = await foreignSignIn.begin({ providerId: provider.id, next, origin })
    if ('refused' in begun) return await refuse(request, reply, begun.refused, visitor, next)
    cookies.writeNote(reply, begun.note)
    return await seeOther(reply, begun.url)
  })

  app.get<WithProvider>('/sign-in/with/:provider/callback', page, async (request, reply) => {
    const provider = providerOf(routes, request)
    const visitor = await findVisitor(request)
    const outcome = await foreignSignIn.comeBack({
      providerId: provider.id,
      origin: visitor.origin,
      note: cookies.readNote(request),
      answer: new URL(request.url, 'http://box-office.invalid').searchParams,
      userId: visitor.user?.userId,
      language: visitor.language,
      address: request.ip,
      requestId: request.id,
    })
    switch (outcome.kind) {
      case 'signed in':
        cookies.clearNote(reply)
        return await enter(routes, request, reply, outcome.user, outcome.next)
      case 'connected':
        cookies.clearNote(reply)
        return await seeOther(reply, outcome.next)
      case 'account exists':
        cookies.writeNote(reply, outcome.note)
        return await seeOther(reply, `/sign-in/with/${provider.id}/connect`)
      case 'refused':
        // What somebody else sent here does not end what this browser has begun.
        if (outcome.reason !== 'stale') cookies.clearNote(reply)
        return await refuse(request, reply, outcome.reason, visitor, outcome.next)
    }
  })

  app.get<WithProvider>('/sign-in/with/:provider/connect', page, async (request, reply) => {
    const provider = providerOf(routes, request)
    const visitor = await findVisitor(request)
    const waiting = foreignSignIn.readNote(cookies.readNote(request))
    if (waiting === undefined) return await refuse(request, reply, 'stale', visitor, '/')
    const props = { visitor, provider, email: waiting.email, problem: undefined }
    return await sendPage(reply, <AccountExistsPage {...props} />)
  })

  app.post<WithProvider>('/sign-in/with/:provider/connect', page, async (request, reply) => {
    const provider = providerOf(routes, request)
    const note = cookies.readNote(request)
    const waiting = foreignSignIn.readNote(note)
    try {
      const connected = await foreignSignIn.connect({
        providerId: provider.id,
        note,
        password: secretOf(request.body, 'password'),
        device: cookies.readDevice(request),
        address: request.ip,
        requestId: request.id,
      })
      if ('refused' in connected) {
        const visitor = await findVisitor(request)
        return await refuse(request, reply, connected.refused, visitor, waiting?.next ?? '/')
      }
      cookies.clearNote(reply)
      cookies.writeDevice(reply, connected.device)
      return await enter(routes, request, reply, connected.user, connected.next)
    } catch (error) {
      const visitor = await findVisitor(request)
      const problem = passwordProblem(reply, error, visitor.language)
      const props = { visitor, provider, email: waiting?.email ?? '', problem }
      return await sendPage(reply, <AccountExistsPage {...props} />)
    }
  })

  async function refuse(
    request: FastifyRequest<WithProvider>,
    reply: FastifyReply,
    reason: SignInRefusal,
    visitor: Visitor,
    next: string,
  ): Promise<FastifyReply> {
    const props = { visitor, provider: providerOf(routes, request), reason, next }
    return await sendPage(reply.code(STATUS[reason]), <RefusedSignInPage {...props} />)
  }
}

/** @throws AppError `not_found` */
export function providerOf(
  { foreignSignIn }: Pick<PageRoutes, 'foreignSignIn'>,
  request: FastifyRequest<WithProvider>,
): { id: string; name: string } {
  const provider = foreignSignIn.providers.find(({ id }) => id === request.params.provider)
  if (provider === undefined) throw new AppError('not_found')
  return provider
}
