import { formOf } from '../form.ts'
import { chooseLanguage, isLanguage } from '../language-cookie.ts'
import { safeNext } from '../safe-next.ts'
import { seeOther } from '../send-page.ts'
import { type PageRoutes, page } from './page-route.ts'

/** The switch at the foot of every page. */
export function languageRoutes({ app, secureCookies }: PageRoutes): void {
  app.post('/language', page, async (request, reply) => {
    const form = formOf(request.body)
    const language = form('language')
    if (isLanguage(language)) chooseLanguage(reply, language, secureCookies)
    return await seeOther(reply, safeNext(form('next')))
  })
}
