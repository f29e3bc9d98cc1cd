/**
 * Before a sale its buyers are there already: signed in, looking at their tickets. So by the
 * opening the shop has seen their tokens and its code is warm, as it would be on the day.
 */
import { StartupError } from '../../src/kernel/startup-error.ts'
import type { Client } from './client.ts'

/** Each buyer asks once for the own tickets. @throws StartupError when the shop does not know one. */
export async function letBuyersIn(options: {
  client: Client
  authority: string
  tokens: readonly string[]
  stop: AbortSignal
}): Promise<void> {
  const { client, authority, tokens, stop } = options
  let open = tokens.length
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => {
      client.dropUnsent()
      reject(new StartupError(`The buyers cannot come in: ${why}.`))
    }
    const leave = () => {
      open -= 1
      if (open === 0) resolve()
    }
    stop.addEventListener('abort', () => {
      client.dropUnsent()
      resolve()
    })
    for (const token of tokens) {
      client.send({
        text: `GET /api/v1/orders?limit=1 HTTP/1.1\r\nHost: ${authority}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        wantsBody: false,
        onSent: () => undefined,
        onUnsent: leave,
        onLost: (why) => {
          fail(`a request was lost (${why})`)
        },
        onAnswer: (answer) => {
          if (answer.status === 200) leave()
          else fail(`the shop answers ${answer.status}`)
        },
      })
    }
  })
}
