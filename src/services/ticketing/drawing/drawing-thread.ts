/** The thread that draws: no font, no page and no code takes time from those who sell. */
import { constants, getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import type { PrintedOrder } from '../printed-order.ts'
import { qrPng } from '../qr-code.ts'

/** What is to be drawn: an order's tickets as one PDF, or a picture of each text. */
export type Drawing =
  { kind: 'tickets'; order: PrintedOrder } | { kind: 'qr-codes'; texts: readonly string[] }

export type Reply = { id: number; files: Uint8Array[] } | { id: number; error: string }

giveWay()
parentPort?.on('message', ({ id, drawing }: { id: number; drawing: Drawing }) => {
  draw(drawing).then(
    (files) => parentPort?.postMessage({ id, files } satisfies Reply),
    (error: unknown) => parentPort?.postMessage({ id, error: String(error) } satisfies Reply),
  )
})

async function draw(drawing: Drawing): Promise<Uint8Array[]> {
  switch (drawing.kind) {
    case 'qr-codes':
      return drawing.texts.map((text) => qrPng(text))
    case 'tickets': {
      // What draws pages is large, and most of the time there are none.
      const { drawTickets } = await import('../pdf/draw-tickets.ts')
      return [await drawTickets(drawing.order)]
    }
  }
}

/** Lowers the priority of this thread alone. Only Linux has one for each thread. */
function giveWay(): void {
  if (process.platform !== 'linux') return
  const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority
  try {
    setPriority(Math.min(getPriority() + PRIORITY_BELOW_NORMAL, PRIORITY_LOW))
  } catch {
    // Where that is forbidden, tickets are drawn all the same.
  }
}
