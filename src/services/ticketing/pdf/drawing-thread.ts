/** The thread that draws: no font and no page takes time from those who sell. */
import { parentPort } from 'node:worker_threads'
import type { PrintedOrder } from '../printed-order.ts'
import { drawTickets } from './draw-tickets.ts'

parentPort?.on('message', ({ id, order }: { id: number; order: PrintedOrder }) => {
  drawTickets(order).then(
    (bytes) => parentPort?.postMessage({ id, bytes }),
    (error: unknown) => parentPort?.postMessage({ id, error: String(error) }),
  )
})
