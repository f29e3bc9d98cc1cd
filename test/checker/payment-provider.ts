/**
 * The checker's side of the payment provider: a simulator in a process of its own that outlives every
 * kill, and the road by which its webhooks reach the shops. What it has in its books is the second
 * opinion about money.
 */
import { createServer, request } from 'node:http'
import { once } from 'node:events'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { Resources } from '../../src/platform/resources.ts'
import { simulatorSecrets } from '../../src/open-payment-provider.ts'
import { WEBHOOK_PATH } from '../../src/services/payment/service.ts'
import {
  type BooksOfSimulator,
  endTrouble,
  makeTrouble,
  readSimulatorBooks,
  startSimulatorProcess,
} from '../support/payment-simulator.ts'
import type { ProcessHandle, ProviderHandle } from './fault.ts'

/** A webhook on its way to a shop, each copy for itself. */
export interface Delivery {
  /** The provider's name for what it tells. */
  eventId: string
  /** What the shop answered; 0 when none did. */
  status: number
}

export interface OwnedProvider extends ProviderHandle, AsyncDisposable {
  deliveries: readonly Delivery[]
  books: () => Promise<BooksOfSimulator>
  /** How many webhooks are still on their way. */
  pending: () => Promise<number>
  /** Sends one more copy of some webhooks that were taken before. */
  repeatWebhooks: (most: number) => Promise<void>
  /** From now on webhooks go to one of these, whichever lives. */
  connect: (shops: readonly ProcessHandle[]) => void
}

/** A shop that stands still must not hold up what another would take. */
const SHOP_ANSWERS_MS = 4_000
const NOBODY = 502

/** @param options.dataDir Where the shops keep the key that they share; it is made here. */
export async function openProvider(options: {
  folder: string
  dataDir: string
  seed: number
}): Promise<OwnedProvider> {
  await using opening = new Resources()
  const keys = await loadSigningKeys({ authKey: undefined, dataDir: options.dataDir })
  const deliveries: Delivery[] = []
  let shops: readonly ProcessHandle[] = []
  let turn = 0
  const road = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const { 'stripe-signature': signature = '' } = incoming.headers
      void deliver(shops, (turn += 1), { body, signature: String(signature) }).then((status) => {
        const { id: eventId } = JSON.parse(body.toString()) as { id: string }
        deliveries.push({ eventId, status })
        outgoing.writeHead(status === 0 ? NOBODY : status).end()
      })
    })
  })
  road.listen(0, '127.0.0.1')
  await once(road, 'listening')
  opening.defer(async () => {
    road.closeAllConnections()
    road.close()
    await once(road, 'close')
  })
  const { port } = road.address() as { port: number }
  const { url } = opening.use(
    await startSimulatorProcess({
      ...{ folder: options.folder, seed: options.seed },
      ...simulatorSecrets(keys),
      webhookUrl: `http://127.0.0.1:${port}`,
    }),
  )
  const running = opening.move()
  const webhooks = async () => {
    const answer = await fetch(`${url}/control/webhooks`)
    return ((await answer.json()) as { webhooks: { id: string; status: string }[] }).webhooks
  }
  return {
    url,
    deliveries,
    books: async () => await readSimulatorBooks(url),
    makeTrouble: async (...rules) => {
      await makeTrouble(url, ...rules)
    },
    endTrouble: async () => {
      await endTrouble(url)
    },
    troubles: async () => {
      const { rules } = (await (await fetch(`${url}/control/faults`)).json()) as {
        rules: { hits: number }[]
      }
      return rules.reduce((sum, { hits }) => sum + hits, 0)
    },
    pending: async () => (await webhooks()).filter(({ status }) => status === 'pending').length,
    async repeatWebhooks(most) {
      const taken = (await webhooks()).filter(({ status }) => status === 'delivered')
      const every = Math.max(1, Math.floor(taken.length / most))
      for (const { id } of taken.filter((_, n) => n % every === 0)) {
        await fetch(`${url}/control/webhooks/${id}/send`, { method: 'POST' })
      }
    },
    connect: (all) => {
      shops = all
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
    },
  }
}

/** @returns The status of the first shop that answers; 0 when none does. */
async function deliver(
  shops: readonly ProcessHandle[],
  turn: number,
  message: { body: Buffer; signature: string },
): Promise<number> {
  for (let n = 0; n < shops.length; n += 1) {
    const shop = shops[(turn + n) % shops.length] as ProcessHandle
    const status = await post(`${shop.url}${WEBHOOK_PATH}`, message)
    if (status !== 0) return status
  }
  return 0
}

async function post(
  url: string,
  { body, signature }: { body: Buffer; signature: string },
): Promise<number> {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(body.length),
    'stripe-signature': signature,
  }
  return await new Promise((resolve) => {
    const outgoing = request(
      url,
      { method: 'POST', headers, timeout: SHOP_ANSWERS_MS },
      (answer) => {
        answer.resume()
        answer.once('close', () => {
          resolve(answer.complete ? (answer.statusCode ?? 0) : 0)
        })
      },
    )
    outgoing.once('timeout', () => outgoing.destroy())
    outgoing.once('error', () => {
      resolve(0)
    })
    outgoing.end(body)
  })
}
