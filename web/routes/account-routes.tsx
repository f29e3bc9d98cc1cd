import { type Form, formOf, secretOf } from '../form.ts'
import type { FormProblem } from '../components/account-form.tsx'
import { type AccountFormProps, SignInPage, SignUpPage } from '../pages/account-pages.tsx'
import { problemOf, requireFilled } from '../form-problem.ts'
import { isLanguage } from '../language-cookie.ts'
import { safeNext } from '../safe-next.ts'
import { seeOther, sendPage } from '../send-page.ts'
import { signInTexts } from '../texts/sign-in.ts'
import { enter } from './enter.ts'
import { type PageRoutes, page } from './page-route.ts'

export function accountRoutes({
  app,
  accounts,
  cookies,
  findVisitor,
  foreignSignIn,
}: PageRoutes): void {
  for (const [path, Page] of [
    ['/sign-in', SignInPage],
    ['/sign-up', SignUpPage],
  ] as const) {
    app.get(path, page, async (request, reply) => {
      const visitor = await findVisitor(request)
      const form = formOf(request.query)
      const next = safeNext(form('next'))
      if (visitor.user !== undefined) return await seeOther(reply, next)
      return await sendPage(
        reply,
        <Page
          visitor={visitor}
          next={next}
          typed={typedInto(form)}
          problem={undefined}
          providers={foreignSignIn.providers}
        />,
      )
    })
  }

  app.post('/sign-in', page, async (request, reply) => {
    const form = formOf(request.body)
    const email = form('email')
    const password = secretOf(request.body, 'password')
    const visitor = await findVisitor(request)
    const { language } = visitor
    const t = signInTexts[language]
    try {
      requireFilled([
        ['email', email, t.enterEmail],
        ['password', password, t.enterPassword],
      ])
      const device = cookies.readDevice(request)
      const { user, device: known } = await accounts.login({
        email,
        password,
        device,
        address: request.ip,
      })
      cookies.writeDevice(reply, known)
      return await enter({ accounts, cookies }, request, reply, user, safeNext(form('next')))
    } catch (error) {
      const props = refused(
        { visitor, providers: foreignSignIn.providers },
        form,
        problemOf(reply, error, { title: t.notSignedIn, language }),
      )
      return await sendPage(reply, <SignInPage {...props} />)
    }
  })

  app.post('/sign-up', page, async (request, reply) => {
    const form = formOf(request.body)
    const [name, email, password] = [
      form('name'),
      form('email'),
      secretOf(request.body, 'password'),
    ]
    const visitor = await findVisitor(request)
    const { language } = visitor
    const t = signInTexts[language]
    try {
      requireFilled([
        ['name', name, t.enterName],
        ['email', email, t.enterEmail],
        ['password', password, t.choosePassword],
      ])
      const userType = form('user_type') === 'organizer' ? 'organizer' : 'guest'
      const chosen = form('language')
      const user = await accounts.register({
        name,
        email,
        password,
        userType,
        language: isLanguage(chosen) ? chosen : language,
        requestId: request.id,
      })
      return await enter({ accounts, cookies }, request, reply, user, safeNext(form('next')))
    } catch (error) {
      const props = refused(
        { visitor, providers: foreignSignIn.providers },
        form,
        problemOf(reply, error, { title: t.notCreated, language }),
      )
      return await sendPage(reply, <SignUpPage {...props} />)
    }
  })

  app.post('/sign-out', page, async (request, reply) => {
    const token = cookies.readSession(request)
    if (token !== undefined) await accounts.closePageSession(token)
    cookies.clearSession(reply)
    return await seeOther(reply, '/')
  })
}

/** The form again, with what was typed and what is wrong with it. */
const refused = (
  { visitor, providers }: Pick<AccountFormProps, 'visitor' | 'providers'>,
  form: Form,
  problem: FormProblem,
): AccountFormProps => ({
  visitor,
  next: safeNext(form('next')),
  typed: typedInto(form),
  problem,
  providers,
})

const typedInto = (form: Form): AccountFormProps['typed'] => ({
  name: form('name'),
  email: form('email'),
  userType: form('user_type'),
  language: form('language'),
})
