/** Keeps messages that come at the same time with one statement, and so with one flush to disk. */
import type { ProviderMessage } from '../../platform/payments.ts'
import type { Database } from '../../platform/postgres.ts'
import { keepMessages } from './inbox.sql.ts'

const MESSAGES_MAX = 500

interface Waiting {
  message: ProviderMessage
  resolve: () => void
  reject: (error: unknown) => void
}

/** @returns Resolves when the message is on disk. */
export function gatherMessages(db: Database): (message: ProviderMessage) => Promise<void> {
  const waiting: Waiting[] = []
  let isKeeping = false

  const keep = async () => {
    isKeeping = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MESSAGES_MAX)
      try {
        await keepMessages(
          db,
          batch.map((each) => each.message),
        )
        for (const each of batch) each.resolve()
      } catch (error) {
        for (const each of batch) each.reject(error)
      }
    }
    isKeeping = false
  }
  return async (message) => {
    await new Promise<void>((resolve, reject) => {
      waiting.push({ message, resolve, reject })
      if (!isKeeping) void keep()
    })
  }
}
