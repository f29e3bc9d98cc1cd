/** What only tests ask, from the same machine: to make trouble, and to compare books. */
import type { Books, Charge, Delivery, Refund } from './books.ts'
import type { Faults } from './faults.ts'
import { chargeJson, intentJson, refundJson, type AuthenticationUrl } from './stripe-json.ts'
import type { Webhooks } from './webhooks.ts'

export interface ControlDeps {
  books: Books
  faults: Faults
  webhooks: Webhooks
  flushed: () => Promise<void>
  authenticationUrl: AuthenticationUrl
}

export interface ControlAnswer {
  status: number
  json: unknown
}

const ok = (json: unknown): ControlAnswer => ({ status: 200, json })
const notFound: ControlAnswer = { status: 404, json: { error: 'There is nothing here.' } }

/** @param request.path Begins with `/control/`. */
export async function answerControl(
  deps: ControlDeps,
  { method, path, body }: { method: string; path: string; body: string },
): Promise<ControlAnswer> {
  const [, , what = '', id = '', action] = path.split('/')
  // Nothing is told that a crash could still take back.
  await deps.flushed()
  switch (`${method} ${what}`) {
    case 'GET faults':
      return ok({ rules: deps.faults.list() })
    case 'POST faults':
      return addFaults(deps, body)
    case 'DELETE faults':
      deps.faults.clear()
      return ok({ rules: [] })
    case 'GET ledger':
      return ok(ledgerJson(deps.books))
    case 'GET webhooks':
      return ok({ webhooks: [...deps.books.deliveries.values()].map(deliveryJson) })
    case 'POST webhooks':
      return action === 'send' ? await sendAgain(deps, id) : notFound
    case 'GET payment_intents':
      return showIntent(deps, id)
    default:
      return notFound
  }
}

function addFaults({ faults }: ControlDeps, body: string): ControlAnswer {
  let rules: unknown
  try {
    rules = JSON.parse(body)
  } catch {
    return { status: 400, json: { error: 'The body is not JSON.' } }
  }
  const wrong = faults.add(rules)
  return wrong === undefined
    ? ok({ rules: faults.list() })
    : { status: 400, json: { error: wrong } }
}

async function sendAgain({ books, webhooks }: ControlDeps, id: string): Promise<ControlAnswer> {
  const delivery = books.deliveries.get(id)
  if (delivery === undefined) return notFound
  return ok({ answered: await webhooks.sendAgain(delivery.event) })
}

function showIntent({ books, authenticationUrl }: ControlDeps, id: string): ControlAnswer {
  const intent = books.intents.get(id)
  if (intent === undefined) return notFound
  const isOfIntent = (thing: Charge | Refund) => thing.payment_intent === id
  return ok({
    payment_intent: intentJson(intent, authenticationUrl),
    charges: [...books.charges.values()].filter(isOfIntent).map(chargeJson),
    refunds: [...books.refunds.values()].filter(isOfIntent).map(refundJson),
    webhooks: [...books.deliveries.values()]
      .map(deliveryJson)
      .filter(({ payment_intent: intentId }) => intentId === id),
  })
}

function deliveryJson({ event, status }: Delivery) {
  const { object } = event
  return {
    id: event.id,
    type: event.type,
    created: event.created,
    payment_intent: 'client_secret' in object ? object.id : object.payment_intent,
    status,
  }
}

/** Every capture and every refund, in order of time. */
function ledgerJson(books: Books): object {
  const captures = [...books.charges.values()]
    .filter(({ status }) => status === 'succeeded')
    .map((charge) => ({
      charge: charge.id,
      payment_intent: charge.payment_intent,
      order_id: charge.metadata['order_id'] ?? null,
      metadata: charge.metadata,
      amount: charge.amount,
      amount_refunded: charge.amount_refunded,
      currency: charge.currency,
      payment_method: charge.payment_method,
      created: charge.created,
    }))
  const refunds = [...books.refunds.values()].map((refund) => ({
    refund: refund.id,
    charge: refund.charge,
    payment_intent: refund.payment_intent,
    order_id: books.intents.get(refund.payment_intent)?.metadata['order_id'] ?? null,
    metadata: refund.metadata,
    amount: refund.amount,
    currency: refund.currency,
    status: refund.status,
    created: refund.created,
  }))
  return { captures, refunds }
}
