/** The process behind `runPaidLoad`: reads its order from a file, prints its result as JSON. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectClient } from '../onsale/client.ts'
import { createHistogram } from '../onsale/histogram.ts'
import type { HttpAnswer } from '../onsale/response.ts'
import type { PaidLoadOrder, PaidLoadResult } from './paid-load.ts'

const TIMEOUT_MS = 10_000
const CARD = 'pm_card_visa'
const PAY_BODY = JSON.stringify({ payment_method: CARD })
const CONFIRMED = '"status":"CONFIRMED"'

const order = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as PaidLoadOrder
const { tokens, keyPrefix, isOneShot } = order
const client = await connectClient({ ...order, timeoutMs: TIMEOUT_MS })
const latency = createHistogram()
const holds = createHistogram()
const pays = createHistogram()
const failures: Record<string, number> = {}
let answered = 0
let paidInAll = 0
let running = 0
let n = 0
let isOver = false

const host = `HTTP/1.1\r\nHost: ${order.host}:${order.port}\r\n`
const textOf = (path: string, token: string, key: string, body: string): string =>
  `POST ${path} ${host}Authorization: Bearer ${token}\r\nContent-Type: application/json\r\n${key}Content-Length: ${body.length}\r\n\r\n${body}`
const orderBody = JSON.stringify({
  event_id: order.eventId,
  quantity: order.quantity,
  ...(isOneShot ? { payment_method: CARD } : { hold: true }),
})

function fail(why: string): void {
  failures[why] = (failures[why] ?? 0) + 1
}

/** One buyer after the other. */
function buy(): void {
  if (isOver) return
  running += 1
  const token = tokens[n % tokens.length] ?? ''
  n += 1
  const begunAt = performance.now()
  const key = `Idempotency-Key: ${keyPrefix}${n}\r\n`
  send(textOf('/api/v1/orders', token, key, orderBody), (answer) => {
    if (answer.status !== 201) return `order answered ${answer.status}`
    if (isOneShot) return paid(answer, begunAt)
    const id = /"order_id":(\d+)/.exec(answer.body)?.[1]
    if (id === undefined || !answer.body.includes('"status":"PENDING"')) return 'no hold'
    const heldAt = performance.now()
    holds.add(heldAt - begunAt)
    send(textOf(`/api/v1/orders/${id}/pay`, token, '', PAY_BODY), (end) => {
      if (end.status !== 200) return `payment answered ${end.status}`
      pays.add(performance.now() - heldAt)
      return paid(end, begunAt)
    })
    return undefined
  })
}

/** @returns What is wrong with it. */
function paid(answer: HttpAnswer, begunAt: number): string | undefined {
  if (!answer.body.includes(CONFIRMED)) return 'not confirmed'
  paidInAll += 1
  if (!isOver) {
    answered += 1
    latency.add(performance.now() - begunAt)
  }
  next()
  return undefined
}

function next(): void {
  running -= 1
  buy()
}

/** @param onAnswer Gives what is wrong with the answer, and then the buyer is let go. */
function send(text: string, onAnswer: (answer: HttpAnswer) => string | undefined): void {
  client.send({
    text,
    wantsBody: true,
    onSent: () => undefined,
    onAnswer: (answer) => {
      const wrong = onAnswer(answer)
      if (wrong === undefined) return
      fail(wrong)
      next()
    },
    onLost: (why) => {
      fail(why)
      next()
    },
    onUnsent: () => undefined,
  })
}

const startedAt = performance.now()
for (let connection = 0; connection < order.connections; connection += 1) buy()
await sleep(order.seconds * 1000)
isOver = true
const seconds = (performance.now() - startedAt) / 1000
// Nobody is left between a hold and its payment: each is answered, or lost after its time.
while (running > 0) await sleep(5)
client.close()

const result: PaidLoadResult = {
  ...{ seconds, answered, paidInAll },
  failed: Object.values(failures).reduce((sum, count) => sum + count, 0),
  failures,
  p50Ms: latency.percentileMs(0.5),
  p99Ms: latency.percentileMs(0.99),
  holdP50Ms: holds.percentileMs(0.5),
  payP50Ms: pays.percentileMs(0.5),
}
process.stdout.write(JSON.stringify(result))
