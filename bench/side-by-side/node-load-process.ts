/** The process behind `runNodeLoad`: reads its order from a file, prints its result as JSON. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectClient } from '../onsale/client.ts'
import { createHistogram } from '../onsale/histogram.ts'
import type { RunResult } from './load.ts'
import type { NodeLoadOrder } from './node-load.ts'

const TIMEOUT_MS = 10_000

const order = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as NodeLoadOrder
const client = await connectClient({ ...order, timeoutMs: TIMEOUT_MS })
const latency = createHistogram()
const failures: Record<string, number> = {}
let answered = 0
let n = 0
let isOver = false

function sendNext(): void {
  if (isOver) return
  const { heads, tails, keyPrefix } = order
  const head = heads[n % heads.length] ?? ''
  const tail = tails[n % tails.length] ?? ''
  n += 1
  let sentAt = 0
  const fail = (why: string) => {
    if (!isOver) failures[why] = (failures[why] ?? 0) + 1
  }
  client.send({
    text:
      keyPrefix === undefined ? head + tail : `${head}Idempotency-Key: ${keyPrefix}${n}\r\n${tail}`,
    wantsBody: false,
    onSent: () => {
      sentAt = performance.now()
    },
    onAnswer: (answer) => {
      if (isOver) return
      answered += 1
      latency.add(performance.now() - sentAt)
      if (answer.status > 299) fail(`status ${answer.status}`)
      sendNext()
    },
    onLost: (why) => {
      fail(why)
      sendNext()
    },
    onUnsent: () => undefined,
  })
}

const startedAt = performance.now()
for (let connection = 0; connection < order.connections; connection += 1) sendNext()
await sleep(order.seconds * 1000)
isOver = true
client.close()

const result: RunResult = {
  seconds: (performance.now() - startedAt) / 1000,
  answered,
  failed: Object.values(failures).reduce((sum, count) => sum + count, 0),
  failures,
  p50Ms: latency.percentileMs(0.5),
  p99Ms: latency.percentileMs(0.99),
}
process.stdout.write(JSON.stringify(result))
