/** The own account: what is known, and the forms that change it. */
import { AppError } from '../../src/kernel/errors.ts'
import { problemOf, requireFilled } from '../form-problem.ts'
import { formOf, secretOf } from '../form.ts'
import { chooseLanguage, isLanguage } from '../language-cookie.ts'
import type { OwnAccount } from '../needs.ts'
import {
  ChangeEmailPage,
  ChangeLanguagePage,
  ChangeNamePage,
  ChangePasswordPage,
} from '../pages/own-account-forms.tsx'
import { type Done, OwnAccountPage, isDone } from '../pages/own-account-page.tsx'
import { seeOther, sendPage } from '../send-page.ts'
import { accountTexts } from '../texts/account.ts'
import { signInTexts } from '../texts/sign-in.ts'
import { type Visitor, userOf } from '../visitor.ts'
import { type PageRoutes, page } from './page-route.ts'

const doneAt = (what: Done): string => `/account?done=${what}`

export function ownAccountRoutes(deps: PageRoutes): void {
  const { app, accounts, cookies, findVisitor, foreignSignIn, secureCookies } = deps

  /** @throws AppError `unauthenticated`, also when the account has gone meanwhile. */
  const ownerOf = async (visitor: Visitor): Promise<OwnAccount> => {
    const account = await accounts.findUser(userOf(visitor).userId)
    if (account === undefined) throw new AppError('unauthenticated')
    return account
  }

  app.get('/account', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const account = await ownerOf(visitor)
    const [newEmail, sessions, connections] = await Promise.all([
      accounts.findNewEmail(account.id),
      accounts.listSessions(account.id, undefined),
      foreignSignIn.connectionsOf(account.id),
    ])
    const done = formOf(request.query)('done')
    return await sendPage(
      reply,
      <OwnAccountPage
        {...{ visitor, account, newEmail, connections }}
        sessionCount={sessions.length}
        done={isDone(done) ? done : undefined}
      />,
    )
  })

  app.post('/account/verification', page, async (request, reply) => {
    const { userId } = userOf(await findVisitor(request))
    await accounts.askVerification({ userId, address: request.ip })
    return await seeOther(reply, doneAt('link'))
  })

  app.get('/account/name', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { name } = await ownerOf(visitor)
    return await sendPage(reply, <ChangeNamePage {...{ visitor, name }} problem={undefined} />)
  })

  app.post('/account/name', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { userId } = userOf(visitor)
    const { language } = visitor
    const name = formOf(request.body)('name')
    try {
      requireFilled([['name', name, signInTexts[language].enterName]])
      await accounts.changeOwnAccount({ userId, name, requestId: request.id })
      return await seeOther(reply, doneAt('name'))
    } catch (error) {
      const title = accountTexts[language].notChanged
      const problem = problemOf(reply, error, { title, language })
      return await sendPage(reply, <ChangeNamePage {...{ visitor, name, problem }} />)
    }
  })

  app.get('/account/language', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    userOf(visitor)
    return await sendPage(reply, <ChangeLanguagePage visitor={visitor} problem={undefined} />)
  })

  app.post('/account/language', page, async (request, reply) => {
    const { userId } = userOf(await findVisitor(request))
    const language = formOf(request.body)('language')
    if (!isLanguage(language)) return await seeOther(reply, '/account/language')
    await accounts.changeOwnAccount({ userId, language, requestId: request.id })
    chooseLanguage(reply, language, secureCookies)
    return await seeOther(reply, doneAt('language'))
  })

  app.get('/account/email', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { email: present } = await ownerOf(visitor)
    const form = { visitor, present, email: '', problem: undefined }
    return await sendPage(reply, <ChangeEmailPage {...form} />)
  })

  app.post('/account/email', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { userId, email: present } = userOf(visitor)
    const { language } = visitor
    const email = formOf(request.body)('email')
    const currentPassword = secretOf(request.body, 'current_password')
    const t = accountTexts[language]
    try {
      requireFilled([
        ['email', email, signInTexts[language].enterEmail],
        ['current_password', currentPassword, t.enterCurrent],
      ])
      await accounts.askEmailChange({
        ...{ userId, email, currentPassword },
        ...{ address: request.ip, requestId: request.id },
      })
      return await seeOther(reply, doneAt('email'))
    } catch (error) {
      const labels = { email: t.newEmail }
      const problem = problemOf(reply, error, { title: t.notChanged, language, labels })
      return await sendPage(reply, <ChangeEmailPage {...{ visitor, present, email, problem }} />)
    }
  })

  app.get('/account/password', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { email: present } = await ownerOf(visitor)
    const form = { visitor, present, problem: undefined }
    return await sendPage(reply, <ChangePasswordPage {...form} />)
  })

  app.post('/account/password', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { userId, email: present } = userOf(visitor)
    const { language } = visitor
    const currentPassword = secretOf(request.body, 'current_password')
    const password = secretOf(request.body, 'password')
    const t = accountTexts[language]
    try {
      requireFilled([
        ['current_password', currentPassword, t.enterCurrent],
        ['password', password, signInTexts[language].choosePassword],
      ])
      const { session } = await accounts.changeOwnAccount({
        ...{ userId, password, currentPassword, requestId: request.id },
        session: { kind: 'page', userAgent: request.headers['user-agent'] },
      })
      if (session !== undefined) cookies.writeSession(reply, session)
      return await seeOther(reply, doneAt('password'))
    } catch (error) {
      const labels = { password: signInTexts[language].newPassword }
      const problem = problemOf(reply, error, { title: t.notChanged, language, labels })
      return await sendPage(reply, <ChangePasswordPage {...{ visitor, present, problem }} />)
    }
  })
}
