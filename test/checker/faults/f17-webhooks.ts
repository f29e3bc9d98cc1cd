/** What the provider tells comes often, in another order, late, forged, or never. */
import type { Fault } from '../fault.ts'
import { HOLD_SECONDS } from '../life.ts'
import { inTurn } from './f16-provider-trouble.ts'
import { strikeAgain } from './strikes.ts'

const TROUBLES = [
  { name: 'each five times', rules: [{ kind: 'webhook_duplicate', copies: 5 }] },
  { name: 'in another order', rules: [{ kind: 'webhook_reorder', probability: 0.5 }] },
  { name: 'lost', rules: [{ kind: 'webhook_lost', probability: 0.5 }] },
  {
    name: 'when the hold is over',
    rules: [{ kind: 'webhook_delay', seconds: 2 * HOLD_SECONDS, probability: 0.5 }],
  },
  { name: 'with a wrong signature', rules: [{ kind: 'webhook_bad_signature', probability: 0.5 }] },
  {
    name: 'before the answer that they are about',
    rules: [
      { kind: 'latency_after', seconds: 1, operations: ['confirm', 'refund'], probability: 0.7 },
    ],
  },
  {
    name: 'often, late, lost and forged at once',
    rules: [
      { kind: 'webhook_duplicate', copies: 3, probability: 0.5 },
      { kind: 'webhook_delay', seconds: 6, probability: 0.3 },
      { kind: 'webhook_lost', probability: 0.2 },
      { kind: 'webhook_bad_signature', probability: 0.3 },
      { kind: 'error_after', operations: ['confirm'], probability: 0.3 },
    ],
  },
]

export const webhookTrouble = (): Fault => ({
  id: 'F17',
  title: 'webhooks come often, late, forged or never',
  seconds: 60,
  concessions: { restSeconds: 180 },
  async run(context) {
    try {
      await strikeAgain(context, [inTurn(context, TROUBLES)])
    } finally {
      await context.stage.provider.endTrouble()
    }
  },
})
