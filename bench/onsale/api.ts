/** The shop's API, for the few calls that prepare the rush. */
import { StartupError } from '../../src/kernel/startup-error.ts'

export interface Api {
  /** @throws StartupError with what the shop said, when it does not take the call. */
  post: <Answer>(path: string, body: object, token?: string) => Promise<Answer>
}

const TIMEOUT_MS = 30_000

export function createApi(url: URL): Api {
  return {
    async post<Answer>(path: string, body: object, token?: string) {
      const answer = await fetch(new URL(`/api/v1${path}`, url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: unknown) => {
        throw new StartupError(`${url.origin} cannot be reached.`, { cause: error })
      })
      const text = await answer.text()
      if (answer.ok) return JSON.parse(text) as Answer
      const advice = answer.status === 429 ? ' Start that shop with RATE_LIMIT=off.' : ''
      throw new StartupError(`POST ${path} was answered ${answer.status}: ${text}${advice}`)
    },
  }
}
