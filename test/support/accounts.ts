/** People with accounts, made through the API. */
import assert from 'node:assert/strict'
import type { TestAnswer, TestApp } from './app.ts'

export const REGISTER = '/api/v1/users/register'
export const LOGIN = '/api/v1/users/login'
export const REFRESH = '/api/v1/users/refresh'
export const LOGOUT = '/api/v1/users/logout'
export const ME = '/api/v1/users/me'

/** What the brief's buyer registers with. */
export const ALICE = {
  name: 'Alice Buyer',
  email: 'alice@example.com',
  password: 'plaintext_password',
}

export const PASSWORD = 'a quiet evening at the opera'
export const ADMIN = { email: 'admin@shop.example', password: 'looks after the whole shop' }
/** Settings that give the shop its first admin. */
export const ADMIN_ENV = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password }

export interface Account {
  id: number
  email: string
  password: string
  token: string
  refreshToken: string
}

interface SignedInJson {
  token: string
  refresh_token: string
  user: { id: number }
}

let made = 0

/** Registers somebody new and signs them in. */
export async function signUp(
  app: TestApp,
  fields: { name?: string; user_type?: 'guest' | 'organizer' } = {},
): Promise<Account> {
  const email = `person-${(made += 1)}@shop.example`
  const answer = await post(app, REGISTER, {
    name: 'Alice Buyer',
    email,
    password: PASSWORD,
    ...fields,
  })
  assert.equal(answer.status, 201, answer.body)
  return await signIn(app, { email, password: PASSWORD })
}

/** Signs in and asks for the refresh token in the body. */
export async function signIn(
  app: TestApp,
  credentials: { email: string; password: string },
): Promise<Account> {
  const { email, password } = credentials
  const answer = await post(app, LOGIN, { email, password, refresh: 'body' })
  assert.equal(answer.status, 200, answer.body)
  const { token, refresh_token, user } = answer.json<SignedInJson>()
  return { id: user.id, email, password, token, refreshToken: refresh_token }
}

export async function post(
  app: TestApp,
  url: string,
  payload: object | string,
  headers: Record<string, string> = {},
): Promise<TestAnswer> {
  return await app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

export async function get(app: TestApp, url: string, token?: string): Promise<TestAnswer> {
  return await app.inject({ method: 'GET', url, headers: bearer(token) })
}

export async function patch(
  app: TestApp,
  url: string,
  payload: object,
  token?: string,
): Promise<TestAnswer> {
  return await app.inject({ method: 'PATCH', url, payload, headers: bearer(token) })
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

/** What every refusal has. */
export interface Problem {
  status: number
  code: string
  field?: string
  detail: string
}

/** Holds an answer to be a refusal. */
export function assertRefused(
  answer: TestAnswer,
  expected: { status: number; code: string; field?: string },
  message?: string,
): void {
  const { status, code, field } = answer.json<Problem>()
  const actual = { status, code, ...(field === undefined ? {} : { field }) }
  assert.deepEqual(actual, expected, message ?? answer.body)
  assert.equal(answer.status, expected.status)
}

/** The cookies that an answer sets, by name, with their attributes. */
export function cookiesOf(answer: TestAnswer): Record<string, string> {
  const header = answer.headers['set-cookie'] ?? []
  const cookies = Array.isArray(header) ? header : [String(header)]
  return Object.fromEntries(cookies.map((cookie) => [cookie.slice(0, cookie.indexOf('=')), cookie]))
}

export const cookieValue = (cookie: string | undefined): string =>
  /^[^=]+=([^;]*)/.exec(cookie ?? '')?.[1] ?? ''
