/**
 * The shop with everything it has in production, except that a batch of purchases is not decided by
 * the database but answered on the spot: what HTTP, tokens, checks, gate, batcher, log and metrics
 * cost by themselves. Reads the settings of the shop.
 */
import { composeShop } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import type { decideBatch } from '../../src/services/ticketing/decide-batch.ts'
import { createTicketCode } from '../../src/services/ticketing/ticket-code.ts'

const STOCK = { remaining: 1_000_000_000, byType: new Map<number, number>() }

let lastOrderId = 0

const decideAtOnce: typeof decideBatch = async (deps, eventId, purchases) => {
  // As soon as what has arrived with them has been read, as batches form under load.
  await new Promise((resolve) => setImmediate(resolve))
  const at = new Date()
  deps.onDecided({ eventId, stock: STOCK, placed: purchases.length, refused: 0, ms: 0 })
  return purchases.map(({ quantity }) => ({
    answer: {
      placed: true,
      orderId: (lastOrderId += 1),
      ticketCodes: Array.from({ length: quantity }, () => createTicketCode(at.getTime())),
      totalPriceCents: 0,
      currency: 'EUR',
      at,
      expiresAt: undefined,
    },
  }))
}

// Without the worker: its relay would ask the database after every batch.
const config = loadConfig(process.env, ['--role', 'user,event,ticketing,admin,web'])
const shop = await composeShop(config, { decideBatch: decideAtOnce })
const address = await shop.http.listen({ host: config.host, port: config.port })
console.log(`The shop without a database is open: ${address}`)
