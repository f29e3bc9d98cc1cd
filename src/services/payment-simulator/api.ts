/** Stripe's API, as far as the simulator speaks it: from a request to its answer. */
import { cancelIntent } from './cancel-intent.ts'
import type { Books, Change, Intent, Refund, StoredAnswer } from './books.ts'
import { confirmIntentByForm } from './confirm-intent.ts'
import { createIntent } from './create-intent.ts'
import { createRefund } from './create-refund.ts'
import type { FaultHit, FaultRule, FaultSubject, Faults, Operation } from './faults.ts'
import { type FormFields, parseForm } from './form-body.ts'
import { type IdempotencyKeys, type KeyedRequest, fingerprintOf } from './idempotency.ts'
import { createId } from './ids.ts'
import type { Outcome, Scene } from './outcome.ts'
import { missing, refuseUnknown, textOf } from './parameters.ts'
import {
  Refusal,
  noSuchObject,
  noSuchUrl,
  providerFailed,
  tooManyRequests,
  wrongSecretKey,
} from './refusal.ts'
import {
  API_VERSION,
  type AuthenticationUrl,
  errorJson,
  intentJson,
  refundJson,
} from './stripe-json.ts'

export interface ApiDeps {
  books: Books
  keys: IdempotencyKeys
  faults: Faults
  /** Resolves when it is on disk. */
  commit: (change: Change) => Promise<void>
  /** When everything is on disk that was committed so far. */
  flushed: () => Promise<void>
  isSecretKey: (authorization: string | undefined) => boolean
  authenticationUrl: AuthenticationUrl
  /** @returns Whether it was long enough; it ends early when the simulator stops. */
  pause: (ms: number) => Promise<boolean>
}

export interface ApiRequest {
  method: string
  path: string
  /** Without the question mark. */
  query: string
  body: string
  authorization: string | undefined
  idempotencyKey: string | undefined
}

export type FaultHits = ReadonlyMap<FaultRule['kind'], FaultHit>

export interface ApiAnswer {
  status: number
  headers: Record<string, string>
  body: string
  /** What goes wrong on its way back. */
  faults: FaultHits
}

interface Call {
  operation: Operation
  /** Empty where the path has none. */
  id: string
  form: FormFields
}

const PATH = /^\/v1\/(payment_intents|refunds)(?:\/([^/]+))?(?:\/(confirm|cancel))?$/
const OPERATIONS: Partial<Record<string, Operation>> = {
  'POST payment_intents': 'create',
  'GET payment_intents/': 'retrieve',
  'POST payment_intents//confirm': 'confirm',
  'POST payment_intents//cancel': 'cancel',
  'POST refunds': 'refund',
  'GET refunds/': 'retrieve_refund',
  'GET refunds': 'list_refunds',
}
const NO_PARAMETERS = new Set<string>()
const LIST_PARAMETERS = new Set(['payment_intent', 'limit'])

/** @returns Undefined when a fault ends the connection before anything was done. */
export async function answerApi(
  deps: ApiDeps,
  request: ApiRequest,
): Promise<ApiAnswer | undefined> {
  const requestId = createId('req')
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'request-id': requestId,
    'stripe-version': API_VERSION,
  }
  const { idempotencyKey } = request
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
  let faults: FaultHits = new Map()
  try {
    if (!deps.isSecretKey(request.authorization)) throw wrongSecretKey(request.authorization)
    const call = readCall(request)
    faults = deps.faults.strike(subjectOf(deps.books, call))
    if (await failBefore(deps, faults)) return undefined
    const answer: Told =
      request.method === 'GET'
        ? await read(deps, call, requestId)
        : await change(deps, request, { call, requestId, faults })
    if (answer.request !== requestId) {
      headers['idempotent-replayed'] = 'true'
      headers['original-request'] = answer.request
    }
    // Repeated under its key, a failure is only told again.
    if (answer.status === 500) headers['stripe-should-retry'] = 'false'
    const body = JSON.stringify(bodyOf(answer, deps.authenticationUrl))
    return { status: answer.status, headers, body, faults }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.status === 401) headers['www-authenticate'] = 'Basic realm="Stripe"'
    const body = JSON.stringify({ error: errorJson(error.fields) })
    return { status: error.status, headers, body, faults }
  }
}

function readCall({ method, path, query, body }: ApiRequest): Call {
  const [, collection, id, action] = PATH.exec(path) ?? []
  const operation =
    OPERATIONS[
      `${method} ${collection ?? ''}${id === undefined ? '' : '/'}${action === undefined ? '' : `/${action}`}`
    ]
  if (operation === undefined) throw noSuchUrl(method, path)
  return { operation, id: id ?? '', form: parseForm(method === 'GET' ? query : body) }
}

/** What rules of faults may ask for. */
function subjectOf(books: Books, { operation, id, form }: Call): FaultSubject {
  const named = operation === 'refund' || operation === 'list_refunds' ? form['payment_intent'] : id
  const refunded = books.refunds.get(id)?.payment_intent
  const intent = books.intents.get(refunded ?? (typeof named === 'string' ? named : ''))
  const { payment_method: method, metadata } = form
  const orderId = typeof metadata === 'object' ? metadata['order_id'] : undefined
  return {
    operation,
    paymentMethod: typeof method === 'string' ? method : (intent?.payment_method ?? undefined),
    orderId: intent?.metadata['order_id'] ?? (typeof orderId === 'string' ? orderId : undefined),
  }
}

/** @returns Whether the connection is to be ended. @throws Refusal when the request is to fail. */
async function failBefore(deps: ApiDeps, faults: FaultHits): Promise<boolean> {
  const latency = faults.get('latency_before')
  // What has not begun when the simulator stops is not done, as in a crash.
  if (latency !== undefined && !(await deps.pause(latency.seconds * 1_000))) return true
  if (faults.has('reset_before')) return true
  if (faults.has('rate_limit')) throw tooManyRequests()
  if (faults.has('error_before')) throw providerFailed()
  return false
}

/** Shows nothing that a crash could still take back. */
async function read(deps: ApiDeps, call: Call, request: string): Promise<Told> {
  const { books } = deps
  if (call.operation === 'list_refunds') {
    const refunds = listRefunds(books, call.form)
    await deps.flushed()
    return { status: 200, fingerprint: '', request, refunds }
  }
  refuseUnknown(call.form, NO_PARAMETERS)
  const shown =
    call.operation === 'retrieve_refund'
      ? { refund: found(books.refunds.get(call.id), 'refund', call.id) }
      : { intent: intentOf(books, call) }
  await deps.flushed()
  return { status: 200, fingerprint: '', request, ...shown }
}

type Told = StoredAnswer & { refunds?: readonly Refund[] }

/** Those of one payment, the newest first; all of them on one page. */
function listRefunds(books: Books, form: FormFields): Refund[] {
  refuseUnknown(form, LIST_PARAMETERS)
  const intentId = textOf(form, 'payment_intent')
  if (intentId === null) throw missing('payment_intent')
  found(books.intents.get(intentId), 'payment_intent', intentId)
  return [...books.refunds.values()].filter((each) => each.payment_intent === intentId).reverse()
}

interface Work {
  call: Call
  requestId: string
  faults: FaultHits
}

async function change(deps: ApiDeps, request: ApiRequest, work: Work): Promise<StoredAnswer> {
  const { idempotencyKey: key, path, body } = request
  if (key === undefined) return await perform(deps, work, undefined)
  const keyed = { key, fingerprint: fingerprintOf(path, body) }
  const before = deps.keys.begin(keyed)
  if (before !== undefined) return before
  try {
    return await perform(deps, work, keyed)
  } finally {
    deps.keys.end(keyed)
  }
}

async function perform(
  deps: ApiDeps,
  { call, requestId, faults }: Work,
  keyed: KeyedRequest | undefined,
): Promise<StoredAnswer> {
  const at = Date.now()
  const decided = decide({ books: deps.books, now: at }, call)
  // Stripe keeps a failure under its key too: only asking tells what was done.
  const outcome: Outcome = faults.has('error_after')
    ? { status: 500, change: decided.change, shows: undefined, error: providerFailed().fields }
    : decided
  const { status, error, shows } = outcome
  const told = {
    status,
    ...(error === undefined ? {} : { error }),
    ...(shows === undefined ? {} : { shows }),
  }
  await deps.commit({
    at,
    request: requestId,
    ...outcome.change,
    ...(keyed === undefined ? {} : { answer: { ...keyed, ...told } }),
  })
  const shown = shows === undefined ? {} : { [shows]: outcome.change[shows] }
  return { status, fingerprint: '', request: requestId, ...(error && { error }), ...shown }
}

function decide(scene: Scene, call: Call): Outcome {
  const { operation, form } = call
  switch (operation) {
    case 'create':
      return createIntent(scene, form)
    case 'confirm':
      return confirmIntentByForm(scene, intentOf(scene.books, call), form)
    case 'cancel':
      return cancelIntent(scene, intentOf(scene.books, call), form)
    case 'refund':
      return createRefund(scene, form)
    case 'retrieve':
    case 'retrieve_refund':
    case 'list_refunds':
      throw new Error(`${operation} changes nothing`)
  }
}

const intentOf = (books: Books, { id }: Call): Intent =>
  found(books.intents.get(id), 'payment_intent', id)

function found<Thing>(thing: Thing | undefined, kind: 'payment_intent' | 'refund', id: string) {
  if (thing === undefined) throw noSuchObject(kind, id, kind === 'refund' ? 'id' : 'intent')
  return thing
}

function bodyOf({ error, intent, refund, refunds }: Told, urlOf: AuthenticationUrl): object {
  if (refunds !== undefined) {
    const data = refunds.map((each) => refundJson(each))
    return { object: 'list', url: '/v1/refunds', has_more: false, data }
  }
  const shown = intent === undefined ? undefined : intentJson(intent, urlOf)
  if (error !== undefined) {
    return {
      error: { ...errorJson(error), ...(shown === undefined ? {} : { payment_intent: shown }) },
    }
  }
  return shown ?? (refund === undefined ? {} : refundJson(refund))
}
