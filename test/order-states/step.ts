/** What may happen to a sale. */
import type { Method } from './fake-provider.ts'

/** `order` counts the orders of the sale, in turn. */
export type Step =
  | { do: 'hold'; user: number; type: 0 | 1; quantity: number }
  | { do: 'buy'; user: number; type: 0 | 1; quantity: number; method: Method }
  | { do: 'pay'; order: number; method: Method }
  | { do: 'let go' | 'give back' | 'expire' | 'recover' | 'refund all' | 'refund one'; order: number }
  /** `isUnheard`: the webhook about it is lost. */
  | { do: 'authenticate'; order: number; succeeds: boolean; isUnheard?: true }
  /** An attempt that was taken for declined captures after all; only its webhook tells. */
  | { do: 'capture late'; order: number }
  /** A webhook, twice. */
  | { do: 'tell again'; order: number }
  | { do: 'cancel event' } // prettier-ignore
