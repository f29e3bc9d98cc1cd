import type { Messages, Topic } from '../../contracts/messages.ts'
import type { Transaction } from '../postgres.ts'

/**
 * What one service does about one topic. A message becomes one job per effect; each job runs at
 * least once, is retried with growing pauses and takes effect once, because what `handle` does
 * through `tx` is committed together with the end of the job.
 */
export interface Consumer<T extends Topic = Topic> {
  topic: T
  /** Unique; names the job, e.g. `mail-confirmation`. */
  name: string
  /**
   * What waits for others, as mail does for its server, runs in a lane of its own: sixty thousand
   * mails hold up nothing else. It is tried again for hours before it is given up.
   */
  lane?: 'mail'
  /** One effect is enough for all messages that come together, such as to look again at what changed. */
  isOnceForAll?: true
  /** The effects of a message: an id that is the same however often it is asked, and its data. */
  effects: (payload: Messages[T]) => { id: string; data: object }[]
  handle: (data: never, tx: Transaction) => Promise<void>
}

/** Builds a consumer with the types of its topic and data checked against one another. */
export function consumer<T extends Topic, Data extends object>(definition: {
  topic: T
  name: string
  lane?: 'mail'
  isOnceForAll?: true
  effects: (payload: Messages[T]) => { id: string; data: Data }[]
  handle: (data: Data, tx: Transaction) => Promise<void>
}): Consumer {
  return definition as unknown as Consumer
}
