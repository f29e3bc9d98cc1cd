/** Has tickets drawn in a thread of its own, which is there only while there is something to draw. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PrintedOrder } from '../printed-order.ts'
import type { Drawing, Reply } from './drawing-thread.ts'

/** `.js` when it is built. As it is written, a thread has to learn TypeScript like its process did. */
const EXTENSION = extname(import.meta.url)
const THREAD = new URL(`./drawing-thread${EXTENSION}`, import.meta.url).href
const BEGIN =
  EXTENSION === '.js'
    ? `import(${JSON.stringify(THREAD)})`
    : `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
         .then(({ register }) => { register(); return import(${JSON.stringify(THREAD)}) })`
/** What it has loaded is kept for the next one, and given back when none comes. */
const IDLE_MS = 20_000
/** A drawing that takes longer never ends. */
const DRAWING_MAX_MS = 20_000
const HEAP_MAX_MB = 256

interface Waiting {
  resolve: (files: Buffer[]) => void
  reject: (error: Error) => void
}

/** A thread, and who waits for what it draws, by the number of the drawing. */
interface Thread {
  worker: Worker
  waiting: Map<number, Waiting>
}

export class Drawer {
  #thread: Thread | undefined
  #timer: NodeJS.Timeout | undefined
  #lastId = 0

  /** @returns The PDF. @throws Error when it could not be drawn. */
  async drawTickets(order: PrintedOrder): Promise<Buffer> {
    const [pdf] = await this.#draw({ kind: 'tickets', order })
    return pdf as Buffer
  }

  /** @returns A PNG for each text. @throws Error when one could not be drawn. */
  async drawQrCodes(texts: readonly string[]): Promise<Buffer[]> {
    return await this.#draw({ kind: 'qr-codes', texts })
  }

  async #draw(drawing: Drawing): Promise<Buffer[]> {
    const id = (this.#lastId += 1)
    const { worker, waiting } = (this.#thread ??= this.#start())
    return await new Promise<Buffer[]>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage({ id, drawing })
      // From then on each reply begins the time anew; who only asks must not.
      if (waiting.size === 1) this.#stopAfter(DRAWING_MAX_MS)
    })
  }

  #start(): Thread {
    const worker = new Worker(BEGIN, {
      eval: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
    })
    const thread: Thread = { worker, waiting: new Map() }
    const { waiting } = thread
    let fault = new Error('The drawing of tickets took too long.')
    worker.on('message', (reply: Reply) => {
      const asked = waiting.get(reply.id)
      waiting.delete(reply.id)
      if ('error' in reply) asked?.reject(new Error(reply.error))
      else asked?.resolve(reply.files.map(asBuffer))
      const isIdle = waiting.size === 0
      // A thread that only waits keeps no process alive.
      if (isIdle) worker.unref()
      if (this.#thread === thread) this.#stopAfter(isIdle ? IDLE_MS : DRAWING_MAX_MS)
    })
    worker.on('error', (error) => {
      fault = error
    })
    worker.on('exit', () => {
      if (this.#thread === thread) this.#thread = undefined
      for (const { reject } of waiting.values()) reject(fault)
    })
    return thread
  }

  /** Whoever asks after that gets another thread. */
  #stopAfter(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      const thread = this.#thread
      this.#thread = undefined
      void thread?.worker.terminate()
    }, ms).unref()
  }
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
