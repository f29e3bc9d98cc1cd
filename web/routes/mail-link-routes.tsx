import { AppError } from '../../src/kernel/errors.ts'
import { problemOf, requireFilled } from '../form-problem.ts'
import { formOf, secretOf } from '../form.ts'
import {
  AddressTakenPage,
  DeadLinkPage,
  ForgotPasswordPage,
  LinkSentPage,
  ResetDonePage,
  ResetPage,
  VerifyDonePage,
  VerifyPage,
} from '../pages/mail-link-pages.tsx'
import { sendPage } from '../send-page.ts'
import { accountTexts } from '../texts/account.ts'
import { signInTexts } from '../texts/sign-in.ts'
import { type PageRoutes, page } from './page-route.ts'

export function mailLinkRoutes({ app, accounts, findVisitor }: PageRoutes): void {
  app.get('/forgot-password', page, async (request, reply) => {
    const props = { visitor: await findVisitor(request), typed: { email: '' }, problem: undefined }
    return await sendPage(reply, <ForgotPasswordPage {...props} />)
  })

  app.post('/forgot-password', page, async (request, reply) => {
    const email = formOf(request.body)('email')
    const visitor = await findVisitor(request)
    const { language } = visitor
    const t = signInTexts[language]
    try {
      requireFilled([['email', email, t.enterEmail]])
      await accounts.askPasswordReset({ email, address: request.ip })
      return await sendPage(reply, <LinkSentPage visitor={visitor} />)
    } catch (error) {
      const problem = problemOf(reply, error, { title: t.noLinkSent, language })
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
    const { language } = visitor
    const t = signInTexts[language]
    try {
      requireFilled([['password', password, t.choosePassword]])
      await accounts.resetPassword({ token, password, requestId: request.id })
      return await sendPage(reply, <ResetDonePage visitor={visitor} />)
    } catch (error) {
      const labels = { password: t.newPassword }
      const problem = problemOf(reply, error, { title: t.notChanged, language, labels })
      if (isDeadLink(error)) {
        const again = { path: '/forgot-password', label: t.askAgain }
        return await sendPage(reply, <DeadLinkPage visitor={visitor} again={again} />)
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
      const { language } = visitor
      problemOf(reply, error, { title: '', language })
      if (error instanceof AppError && error.code === 'email_taken') {
        return await sendPage(reply, <AddressTakenPage visitor={visitor} />)
      }
      const again =
        visitor.user === undefined
          ? { path: '/sign-in', label: signInTexts[language].signIn }
          : { path: '/account', label: accountTexts[language].title }
      return await sendPage(reply, <DeadLinkPage visitor={visitor} again={again} />)
    }
  })
}

const isDeadLink = (error: unknown): boolean =>
  error instanceof AppError && error.details.field === 'token'
