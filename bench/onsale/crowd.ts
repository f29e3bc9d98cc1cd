/**
 * Who asks for what when: the whole rush, drawn in advance from a seed. Arrivals are independent of
 * the answers, as those of people are: a slow shop does not make them come more slowly.
 */
import { type Random, seededRandom } from './random.ts'

/** One request of the plan. */
export interface Ask {
  /** Milliseconds after the opening; negative is before it. */
  atMs: number
  what: 'buy' | 'list' | 'event' | 'wrong'
  /** Which buyer, from 0. */
  buyer: number
  quantity: number
  key: string | undefined
  /** Which of the wrong requests, when it is one. */
  wrong: number
  course: Course
  /** How long the buyer looks for the card. */
  thinkMs: number
  /** What the same buyer sends under the same key once this is answered. */
  then: FollowUp | undefined
}

/**
 * How it is paid: at once with the order, or for a hold: with a card, with one that is declined and
 * then another one, with one whose bank asks who it is, or never.
 */
export const COURSES = ['at_once', 'pays', 'declined', 'authenticates', 'abandons'] as const
export type Course = (typeof COURSES)[number]

export interface FollowUp {
  /** From the answer, but never before the opening. */
  afterMs: number
  /** Another one than before makes it another request, which the key does not stand for. */
  quantity: number
}

export interface CrowdOptions {
  seed: number
  /** Follow-ups included; what the shop turns away and the client tries again comes on top. */
  requests: number
  ratePerSecond: number
  buyers: number
  maxPerUser: number
  /** Arrivals end then, planned or not. */
  durationMaxSeconds: number
  /** How many kinds of wrong requests there are. */
  wrongKinds: number
}

/** How long before the opening the first people come. */
export const EARLY_MS = 3_000
/** None is too early by less than this, so that no clock has to be exact. */
const EARLY_GAP_MS = 200
const EARLY_SHARE = 0.03

const VISITS = {
  plain: 0.76,
  browse: 0.1,
  doubleClick: 0.04,
  sendAgain: 0.05,
  otherBody: 0.03,
  wrong: 0.01,
}
const KEYLESS_SHARE = 0.1
/** In the order of `COURSES`. */
const COURSE_WEIGHTS = [10, 62, 10, 5, 13]
const THINK_MS = { min: 100, max: 1_500 }
/** One ticket is asked for less often than two, four as often as three. None divides the rest. */
const QUANTITY_WEIGHTS = [3, 4, 2, 2]

const REQUESTS_PER_BOT = { min: 10, max: 50 }
/** Bots are about this part of all requests. */
const BOT_SHARE = 0.006
const BOT_BURST_MS = 300

/** @returns The plan, in order of time. */
export function planCrowd(options: CrowdOptions): Ask[] {
  const random = seededRandom(options.seed)
  const plan = [...earlyBirds(options, random), ...bots(options, random)]
  let budget = options.requests - plan.reduce((sum, ask) => sum + costOf(ask), 0)
  let atMs = 0
  let visit = 0
  while (budget > 0) {
    visit += 1
    const asks = drawVisit(options, random, visit)
    const cost = asks.reduce((sum, ask) => sum + costOf(ask), 0)
    for (let n = 0; n < cost; n += 1) atMs += random.gap(1000 / options.ratePerSecond)
    budget -= cost
    if (atMs > options.durationMaxSeconds * 1000) break
    // All requests of a visit leave at once: a double click is two of them.
    plan.push(...asks.map((ask) => ({ ...ask, atMs })))
  }
  return plan.sort((one, other) => one.atMs - other.atMs)
}

const costOf = (ask: Pick<Ask, 'then'>): number => (ask.then === undefined ? 1 : 2)

function drawVisit(options: CrowdOptions, random: Random, visit: number): Omit<Ask, 'atMs'>[] {
  const buyer = random.integer(0, options.buyers - 1)
  const quantity = drawQuantity(options, random)
  const key = `visit-${visit}`
  const buy = { ...nothing, what: 'buy' as const, buyer, quantity, key, ...drawCourse(random) }
  const kinds = Object.keys(VISITS) as (keyof typeof VISITS)[]
  const kind = kinds[random.weighted(Object.values(VISITS))] ?? 'plain'
  switch (kind) {
    case 'plain':
      return [random.next() < KEYLESS_SHARE ? { ...buy, key: undefined } : buy]
    case 'browse':
      return [{ ...nothing, what: random.next() < 0.3 ? 'list' : 'event', buyer }]
    case 'doubleClick':
      return [buy, buy]
    case 'sendAgain':
      return [{ ...buy, then: { afterMs: random.integer(0, 500), quantity } }]
    case 'otherBody': {
      const other = (quantity % options.maxPerUser) + 1
      return random.next() < 0.5
        ? [buy, { ...buy, quantity: other }]
        : [{ ...buy, then: { afterMs: random.integer(0, 500), quantity: other } }]
    }
    case 'wrong':
      return [{ ...buy, what: 'wrong', wrong: random.integer(0, options.wrongKinds - 1) }]
  }
}

const nothing = {
  ...{ quantity: 0, key: undefined, wrong: 0, then: undefined },
  ...{ course: 'at_once' as const, thinkMs: 0 },
}

const drawCourse = (random: Random): Pick<Ask, 'course' | 'thinkMs'> => ({
  course: COURSES[random.weighted(COURSE_WEIGHTS)] ?? 'pays',
  thinkMs: random.integer(THINK_MS.min, THINK_MS.max),
})

/** Those who were told that nothing was left come back for what was given back: one ticket each. */
export const planReturns = (asks: { buyer: number; key: string; atMs: number }[]): Ask[] =>
  asks.map((ask) => ({ ...nothing, ...ask, what: 'buy', quantity: 1, course: 'pays' }))

const drawQuantity = (options: CrowdOptions, random: Random): number =>
  random.weighted(QUANTITY_WEIGHTS.slice(0, options.maxPerUser)) + 1

/** They reload the page, and some click before it is time, then again when it is. */
function earlyBirds(options: CrowdOptions, random: Random): Ask[] {
  const count = Math.floor((options.requests * EARLY_SHARE) / 1.5)
  return Array.from({ length: count }, (_, n) => {
    const ask = {
      ...nothing,
      atMs: -random.integer(EARLY_GAP_MS, EARLY_MS),
      buyer: random.integer(0, options.buyers - 1),
    }
    if (n % 2 === 0) return { ...ask, what: 'event' as const }
    const quantity = drawQuantity(options, random)
    const then = { afterMs: random.integer(0, 1_000), quantity }
    return {
      ...ask,
      what: 'buy' as const,
      quantity,
      key: `early-${n}`,
      then,
      ...drawCourse(random),
    }
  })
}

/**
 * Each has one account and wants everything at once. Their keys are counted from 1, so that several
 * buyers use the same ones: a key only stands for a request of its own buyer.
 */
function bots(options: CrowdOptions, random: Random): Ask[] {
  const asks: Ask[] = []
  const budget = Math.ceil(options.requests * BOT_SHARE)
  for (let bot = 0; asks.length < budget && bot < options.buyers; bot += 1) {
    const size = random.integer(REQUESTS_PER_BOT.min, REQUESTS_PER_BOT.max)
    const atMs = random.integer(0, BOT_BURST_MS)
    for (let n = 1; n <= size; n += 1) {
      const key = random.next() < 0.5 ? String(n) : undefined
      const quantity = drawQuantity(options, random)
      asks.push({ ...nothing, atMs, what: 'buy', buyer: bot, quantity, key, ...drawCourse(random) })
    }
  }
  return asks
}
