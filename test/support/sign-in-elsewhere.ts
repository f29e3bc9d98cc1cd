/** Signs somebody in at a real provider, over HTTP, as a browser would. */
import assert from 'node:assert/strict'

const STEPS_MAX = 10

/**
 * @param url Where the shop sends people.
 * @returns Where the provider sends them back to.
 */
export async function signInElsewhere(url: string, login: string): Promise<string> {
  const { origin } = new URL(url)
  const cookies = new Map<string, string>()
  let answer = await ask(url)
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const location = answer.headers.get('location')
    if (location === null) {
      const page = await answer.text()
      const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
      assert.ok(action, `${answer.status}: ${page.slice(0, 500)}`)
      const body = new URLSearchParams({ prompt: 'login', login, password: 'any' })
      answer = await ask(action, { method: 'POST', body })
      continue
    }
    const next = new URL(location, origin)
    if (next.origin !== origin) return next.href
    answer = await ask(next.href)
  }
  throw new Error('the provider leads nowhere')

  async function ask(where: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(where, { ...init, redirect: 'manual', headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    return response
  }
}
