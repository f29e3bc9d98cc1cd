import { AppError } from '../../src/kernel/errors.ts'
import { problemOf, requireFilled } from '../form-problem.ts'
import { formOf, secretOf } from '../form.ts'
import {
  DeadLinkPage,
  ForgotPasswordPage,
  LinkSentPage,
  ResetDonePage,
  ResetPage,
  VerifyDonePage,
  VerifyPage,
} from '../pages/mail-link-pages.tsx'
import { sendPage } from '../send-page.ts'
import { type PageRoutes, page } from './page-route.ts'

const ANOTHER_RESET = { path: '/forgot-password', label: 'Ask for a new link' }
const TO_SIGN_IN = { path: '/sign-in', label: 'Sign in' }

export function mailLinkRoutes({ app, accounts, findVisitor }: PageRoutes): void {
  app.get('/forgot-password', page, async (request, reply) => {
    const props = { visitor: await findVisitor(request), typed: { email: '' }, problem: undefined }
    return await sendPage(reply, <ForgotPasswordPage {...props} />)
  })

  app.post('/forgot-password', page, async (request, reply) => {
    const email = formOf(request.body)('email')
    const visitor = await findVisitor(request)
    try {
      requireFilled([['email', email, 'Enter your e-mail address.']])
      await accounts.askPasswordReset({ email, address: request.ip })
      return await sendPage(reply, <LinkSentPage visitor={visitor} />)
    } catch (error) {
      const problem = problemOf(reply, error, 'No link was sent')
      return await sendPage(
        reply,
        <ForgotPasswordPage {...{ visitor, problem, typed: { email } }} />,
      )
    }
  })

  // Opening a link changes nothing: mail scanners open them all.
  app.get('/reset', page, async (request, reply) => {
    const token = formOf(request.query)('token')
    const visitor = await findVisitor(request)
    return await sendPage(reply, <ResetPage visitor={visitor} token={token} problem={undefined} />)
  })

  app.post('/reset', page, async (request, reply) => {
    const token = formOf(request.body)('token')
    const password = secretOf(request.body, 'password')
    const visitor = await findVisitor(request)
    try {
      requireFilled([['password', password, 'Choose a password.']])
      await accounts.resetPassword({ token, password, requestId: request.id })
      return await sendPage(reply, <ResetDonePage visitor={visitor} />)
    } catch (error) {
      const problem = problemOf(reply, error, 'The password was not changed')
      if (isDeadLink(error)) {
        return await sendPage(reply, <DeadLinkPage visitor={visitor} again={ANOTHER_RESET} />)
      }
      return await sendPage(reply, <ResetPage {...{ visitor, token, problem }} />)
    }
  })

  app.get('/verify', page, async (request, reply) => {
    const token = formOf(request.query)('token')
    return await sendPage(reply, <VerifyPage visitor={await findVisitor(request)} token={token} />)
  })

  app.post('/verify', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    try {
      const token = formOf(request.body)('token')
      await accounts.verifyEmail({ token, requestId: request.id })
      return await sendPage(reply, <VerifyDonePage visitor={visitor} />)
    } catch (error) {
      problemOf(reply, error, '')
      return await sendPage(reply, <DeadLinkPage visitor={visitor} again={TO_SIGN_IN} />)
    }
  })
}

const isDeadLink = (error: unknown): boolean =>
  error instanceof AppError && error.details.field === 'token'
