/** Somebody at the pages without a browser: keeps cookies, follows what is asked for, no more. */
import type { TestAnswer, TestApp } from './app.ts'
import { cookieValue, cookiesOf } from './accounts.ts'

export class ShopBrowser {
  readonly cookies = new Map<string, string>()
  readonly #app: Pick<TestApp, 'inject'>
  readonly #host: string

  constructor(app: Pick<TestApp, 'inject'>, host: string) {
    this.#app = app
    this.#host = host
  }

  async open(url: string): Promise<TestAnswer> {
    return this.#keep(
      await this.#app.inject({ method: 'GET', url: pathOf(url), headers: this.#headers() }),
    )
  }

  async send(url: string, fields: Record<string, string>): Promise<TestAnswer> {
    return this.#keep(
      await this.#app.inject({
        method: 'POST',
        url: pathOf(url),
        payload: new URLSearchParams(fields).toString(),
        headers: {
          ...this.#headers(),
          origin: `http://${this.#host}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
      }),
    )
  }

  /** Whether it is signed in. */
  async isSignedIn(): Promise<boolean> {
    return (await this.open('/tickets')).status === 200
  }

  #headers(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return { host: this.#host, ...(cookie === '' ? {} : { cookie }) }
  }

  #keep(answer: TestAnswer): TestAnswer {
    for (const [name, cookie] of Object.entries(cookiesOf(answer))) {
      const value = cookieValue(cookie)
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }
}

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url, 'http://any.invalid')
  return pathname + search
}

/** Where an answer leads. */
export const locationOf = (answer: TestAnswer): string => String(answer.headers['location'] ?? '')
