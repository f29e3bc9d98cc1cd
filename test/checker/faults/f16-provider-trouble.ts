/** The payment provider is slow, fails before or after it did what it was asked, or drops the line. */
import type { Fault, FaultContext } from '../fault.ts'
import { strikeAgain } from './strikes.ts'

/** What money is moved by. */
const MOVES = ['create', 'confirm', 'cancel', 'refund']

/** Each as rules of the payment simulator. */
const TROUBLES: readonly { name: string; rules: readonly object[] }[] = [
  {
    name: 'captured, and the answer comes too late',
    rules: [{ kind: 'latency_after', seconds: 20, operations: ['confirm'], probability: 0.3 }],
  },
  {
    name: 'answers 500 and has done nothing',
    rules: [{ kind: 'error_before', operations: MOVES, probability: 0.5 }],
  },
  {
    name: 'answers 500 and has done it',
    rules: [{ kind: 'error_after', operations: MOVES, probability: 0.5 }],
  },
  {
    name: 'cuts the line before and after',
    rules: [
      { kind: 'reset_before', operations: MOVES, probability: 0.3 },
      { kind: 'reset_after', operations: MOVES, probability: 0.3 },
    ],
  },
  {
    name: 'takes 20 seconds for everything',
    rules: [{ kind: 'latency_before', seconds: 20, probability: 0.5 }],
  },
  {
    name: 'drips its answers',
    rules: [{ kind: 'drip', seconds: 3, probability: 0.5 }],
  },
  {
    name: 'turns away who asks too often',
    rules: [{ kind: 'rate_limit', probability: 0.5 }],
  },
]

const STRUCK_MS = { min: 1_500, max: 5_000 }
const CALM_MS = { min: 200, max: 1_500 }

export const providerTrouble = (): Fault => ({
  id: 'F16',
  title: 'the payment provider is in trouble',
  seconds: 60,
  // What the provider owes an answer for is asked again, with pauses that double.
  concessions: { restSeconds: 180 },
  async run(context) {
    try {
      await strikeAgain(context, [inTurn(context, TROUBLES)])
    } finally {
      await context.stage.provider.endTrouble()
    }
  },
})

/** A lane that makes one trouble after the other, beginning anywhere, so that all of them have their turn. */
export function inTurn(context: FaultContext, troubles: typeof TROUBLES): () => Promise<void> {
  const { random, stage } = context
  const { provider } = stage
  let turn = random.integer(0, troubles.length - 1)
  return async () => {
    const { name, rules } = troubles[turn % troubles.length] as (typeof troubles)[number]
    turn += 1
    const [calm, struck] = [
      random.integer(CALM_MS.min, CALM_MS.max),
      random.integer(STRUCK_MS.min, STRUCK_MS.max),
    ]
    await context.pause(calm)
    if (context.signal.aborted) return
    await provider.makeTrouble(...rules)
    await context.pause(struck)
    const hits = await provider.troubles()
    await provider.endTrouble()
    if (hits > 0) context.landed(`${name}, ${hits} times`)
    context.healed()
  }
}
