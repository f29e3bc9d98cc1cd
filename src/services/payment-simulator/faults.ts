/**
 * Trouble on demand. A rule says what goes wrong, for which requests or webhooks, and how often;
 * its dice are seeded, so that a run can be had again.
 */
import { Type } from 'typebox'
import { Value } from 'typebox/value'

const REQUEST_KINDS = [
  'latency_before',
  'error_before',
  'rate_limit',
  'reset_before',
  'latency_after',
  'error_after',
  'reset_after',
  'drip',
] as const
const WEBHOOK_KINDS = [
  'webhook_lost',
  'webhook_duplicate',
  'webhook_delay',
  'webhook_reorder',
  'webhook_bad_signature',
] as const
const OPERATIONS = [
  'create',
  'confirm',
  'cancel',
  'retrieve',
  'refund',
  'retrieve_refund',
  'list_refunds',
] as const

export type RequestFault = (typeof REQUEST_KINDS)[number]
export type WebhookFault = (typeof WEBHOOK_KINDS)[number]
export type Operation = (typeof OPERATIONS)[number]

export interface FaultRule {
  kind: RequestFault | WebhookFault
  /** From 0 to 1; without it, always. */
  probability?: number
  /** How many times at most; without it, until it is taken away. */
  count?: number
  operations?: Operation[]
  payment_methods?: string[]
  /** By `metadata[order_id]`. */
  order_ids?: string[]
  event_types?: string[]
  /** Of a pause or a delay. */
  seconds?: number
  /** How many copies of a webhook are sent in all. */
  copies?: number
}

/** What a rule is held against. */
export interface FaultSubject {
  operation?: Operation
  eventType?: string
  paymentMethod: string | undefined
  orderId: string | undefined
}

export interface FaultHit {
  seconds: number
  copies: number
}

interface ActiveRule {
  rule: FaultRule
  hits: number
}

const SECONDS_DEFAULT = 2
const COPIES_DEFAULT = 2
const SECONDS_MAX = 86_400
const COPIES_MAX = 100

const literals = (words: readonly string[]) => Type.Union(words.map((word) => Type.Literal(word)))
const texts = Type.Optional(Type.Array(Type.String()))
const RULE = Type.Object(
  {
    kind: literals([...REQUEST_KINDS, ...WEBHOOK_KINDS]),
    probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    count: Type.Optional(Type.Integer({ minimum: 1 })),
    operations: Type.Optional(Type.Array(literals(OPERATIONS))),
    payment_methods: texts,
    order_ids: texts,
    event_types: texts,
    seconds: Type.Optional(Type.Number({ minimum: 0, maximum: SECONDS_MAX })),
    copies: Type.Optional(Type.Integer({ minimum: 1, maximum: COPIES_MAX })),
  },
  { additionalProperties: false },
)
const RULES = Type.Object({ rules: Type.Array(RULE) }, { additionalProperties: false })

export class Faults {
  readonly #random: () => number
  #rules: ActiveRule[] = []

  /** @param random From 0 to below 1. */
  constructor(random: () => number) {
    this.#random = random
  }

  /** @param body `{ rules: […] }`, which are added. @returns What is wrong with it, if anything. */
  add(body: unknown): string | undefined {
    if (!Value.Check(RULES, body)) {
      const [first] = Value.Errors(RULES, body)
      return `${first?.instancePath ?? ''} ${first?.message ?? 'is no list of rules'}`.trim()
    }
    this.#rules.push(...(body.rules as FaultRule[]).map((rule) => ({ rule, hits: 0 })))
    return undefined
  }

  clear(): void {
    this.#rules = []
  }

  list(): object[] {
    return this.#rules.map(({ rule, hits }) => ({ ...rule, hits }))
  }

  /** What goes wrong this time: each kind at most once, by the first rule that fits and hits. */
  strike(subject: FaultSubject): ReadonlyMap<FaultRule['kind'], FaultHit> {
    if (this.#rules.length === 0) return NOTHING
    const struck = new Map<FaultRule['kind'], FaultHit>()
    for (const active of this.#rules) {
      const { rule } = active
      if (struck.has(rule.kind) || !fits(rule, subject)) continue
      if (rule.count !== undefined && active.hits >= rule.count) continue
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue
      active.hits++
      struck.set(rule.kind, {
        seconds: rule.seconds ?? SECONDS_DEFAULT,
        copies: rule.copies ?? COPIES_DEFAULT,
      })
    }
    return struck
  }
}

const NOTHING: ReadonlyMap<FaultRule['kind'], FaultHit> = new Map()

function fits(rule: FaultRule, subject: FaultSubject): boolean {
  const isWebhook = rule.kind.startsWith('webhook_')
  return (
    isWebhook === (subject.operation === undefined) &&
    isAmong(rule.operations, subject.operation) &&
    isAmong(rule.event_types, subject.eventType) &&
    isAmong(rule.payment_methods, subject.paymentMethod) &&
    isAmong(rule.order_ids, subject.orderId)
  )
}

const isAmong = (list: readonly string[] | undefined, what: string | undefined): boolean =>
  list === undefined || (what !== undefined && list.includes(what))
