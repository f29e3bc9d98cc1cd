/** What people do with their own account, through the API. */
import { type Account, ME, signUp } from './accounts.ts'
import type { TestAnswer, TestApp } from './app.ts'
import { mailTo, tokenIn } from './mailbox.ts'

export const SESSIONS = `${ME}/sessions`
export const EXPORT = `${ME}/export`
export const NEW_EMAIL = `${ME}/email`
export const VERIFY = '/api/v1/users/verify-email'

/** Sends a request with a token and, if there is one, a body. */
export async function ask(
  app: TestApp,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  by: { token: string },
  body?: object,
): Promise<TestAnswer> {
  return await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${by.token}` },
    ...(body === undefined ? {} : { payload: body }),
  })
}

export const leave = async (
  app: TestApp,
  account: Account,
  more: { current_password?: string; accepts_losing_sight?: boolean } = {},
): Promise<TestAnswer> =>
  await ask(app, 'DELETE', ME, account, { current_password: account.password, ...more })

export const askNewEmail = async (
  app: TestApp,
  account: Account,
  email: string,
): Promise<TestAnswer> =>
  await ask(app, 'POST', NEW_EMAIL, account, { email, current_password: account.password })

/** The token that a new address is sent. */
export const newEmailToken = async (app: TestApp, email: string): Promise<string> =>
  tokenIn(await mailTo(app.db, email, 'new-address-'))

/** Somebody whose name and address are found nowhere by chance. */
export async function signUpZora(
  app: TestApp,
  fields: { user_type?: 'guest' | 'organizer' } = {},
): Promise<Account> {
  return await signUp(app, { name: 'Zora Quill-Vanter', ...fields })
}
