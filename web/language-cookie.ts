/** The language of the pages: what somebody chose here, else their account's, else their browser's. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LANGUAGES, type Language, preferredLanguage } from '../src/kernel/language.ts'

const NAME = 'language'
const YEAR_SECONDS = 365 * 86_400

export const isLanguage = (text: string | undefined): text is Language =>
  LANGUAGES.some((language) => language === text)

export const chosenLanguage = (request: FastifyRequest): Language | undefined => {
  // What is refused at the door is refused before anybody reads cookies.
  const cookies = request.cookies as FastifyRequest['cookies'] | undefined
  const chosen = cookies?.[NAME]
  return isLanguage(chosen) ? chosen : undefined
}

export const languageOf = (request: FastifyRequest): Language =>
  chosenLanguage(request) ?? preferredLanguage(request.headers['accept-language'])

export function chooseLanguage(reply: FastifyReply, language: Language, isSecure: boolean): void {
  void reply.setCookie(NAME, language, {
    ...{ path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure, maxAge: YEAR_SECONDS },
  })
}
