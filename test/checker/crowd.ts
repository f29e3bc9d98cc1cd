/**
 * Who asks for what when, drawn from a seed without end. Arrivals are independent of the answers:
 * a slow shop does not make people come more slowly. Every few seconds a wave of four events goes
 * on sale, so that all through a run something sells out, something runs into its limit and
 * something always sells.
 */
import { type Random, seededRandom } from '../../bench/onsale/random.ts'
import { type Life, drawLife } from './life.ts'

/** The events of a wave, in the order of their numbers. */
export const EVENT_KINDS = [
  { name: 'sells out', capacity: 50, maxPerUser: 8, price: 75 },
  { name: 'few for each', capacity: 2_000, maxPerUser: 3, price: 19.9 },
  { name: 'always there', capacity: 1_000_000, maxPerUser: 100, price: 75 },
  { name: 'free', capacity: 1_000_000, maxPerUser: 100, price: 0 },
] as const
const [SELLS_OUT, FEW_EACH, ALWAYS_THERE, FREE] = [0, 1, 2, 3] as const
/** The event that its organizer cancels in the middle: one of the first wave. */
export const CANCELLED_KIND = FEW_EACH

export const WAVE_MS = 6_000
export const BUYERS = 600

export interface Visit {
  /** Milliseconds after the start. */
  atMs: number
  /** They leave together. */
  asks: Ask[]
}

export interface Ask {
  /** Which buyer, from 0. */
  buyer: number
  /** Which wave, and which event of it. */
  wave: number
  kind: number
  quantity: number
  key: string | undefined
  tampering: object | undefined
  /** Where it goes first; to be taken modulo the number of shops. */
  shop: number
  /** What the same buyer sends under the same key once this is answered. */
  then: { afterMs: number; quantity: number; shop: number } | undefined
  /** How it is paid, and what becomes of it. */
  life: Life
  /** Whether the buyer looks at the order afterwards. */
  looks: boolean
}

const VISITS = { plain: 60, twice: 10, again: 12, otherBody: 6, parallel: 8, tampered: 4 }
const KINDS = [SELLS_OUT, FEW_EACH, ALWAYS_THERE, FREE]
const KIND_WEIGHTS = [1, 2, 5, 1]
const KEYLESS_SHARE = 0.1
const LOOKING_SHARE = 0.3
const RUSH = 60
const PARALLEL = 8
const QUANTITY_WEIGHTS = [4, 4, 2, 2, 0, 1, 0, 1]
/** What somebody might try who wants it cheaper. */
const TAMPERINGS = [{ total_price: 0 }, { price: 0.01 }, { status: 'CONFIRMED' }, { user_id: 1 }]

/** @param options.ratePerSecond Visits; most are one request, some are several. */
export function* planCrowd(options: { seed: number; ratePerSecond: number }): Generator<Visit> {
  const random = seededRandom(options.seed)
  const crowd = createCrowd(random)
  let wave = -1
  for (let atMs = 0; ; atMs += random.gap(1_000 / options.ratePerSecond)) {
    const current = Math.floor(atMs / WAVE_MS)
    while (wave < current) {
      wave += 1
      // The gates open, and everybody was waiting.
      yield { atMs: wave * WAVE_MS, asks: crowd.rush(wave) }
    }
    yield { atMs, asks: crowd.visit(wave) }
  }
}

function createCrowd(random: Random) {
  let keys = 0
  const nextKey = () => `key-${(keys += 1)}`
  const ask = (wave: number, kind: number): Ask => ({
    buyer: random.integer(0, BUYERS - 1),
    wave,
    kind,
    quantity: 1 + random.weighted(QUANTITY_WEIGHTS.slice(0, EVENT_KINDS[kind]?.maxPerUser)),
    key: random.next() < KEYLESS_SHARE ? undefined : nextKey(),
    tampering: undefined,
    shop: random.integer(0, 11),
    then: undefined,
    life: drawLife(random),
    looks: random.next() < LOOKING_SHARE,
  })
  const kinds = Object.keys(VISITS) as (keyof typeof VISITS)[]
  const other = (quantity: number) => (quantity % 3) + 1

  return {
    rush: (wave: number): Ask[] => Array.from({ length: RUSH }, () => ask(wave, SELLS_OUT)),
    visit(wave: number): Ask[] {
      const kind = KINDS[random.weighted(KIND_WEIGHTS)] ?? ALWAYS_THERE
      const one = ask(wave, kind)
      const keyed = { ...one, key: one.key ?? nextKey() }
      const then = {
        afterMs: random.integer(0, 2_000),
        quantity: one.quantity,
        shop: random.integer(0, 11),
      }
      switch (kinds[random.weighted(Object.values(VISITS))] ?? 'plain') {
        case 'twice':
          return [keyed, { ...keyed, shop: keyed.shop + 1 }]
        case 'again':
          return [{ ...keyed, then }]
        case 'otherBody': {
          const quantity = other(one.quantity)
          return random.next() < 0.5
            ? [keyed, { ...keyed, quantity, shop: keyed.shop + 1 }]
            : [{ ...keyed, then: { ...then, quantity } }]
        }
        case 'parallel':
          return Array.from({ length: PARALLEL }, (_, n) => ({
            ...ask(wave, FEW_EACH),
            buyer: one.buyer,
            shop: n,
          }))
        case 'tampered':
          return [{ ...keyed, tampering: TAMPERINGS[random.integer(0, TAMPERINGS.length - 1)] }]
        case 'plain':
          return [one]
      }
    },
  }
}
