/** Has tickets drawn in a thread of its own, which is there only while there is something to draw. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PrintedOrder } from '../printed-order.ts'

/** `.js` when it is built. As it is written, a thread has to learn TypeScript like its process did. */
const EXTENSION = extname(import.meta.url)
const THREAD = new URL(`./drawing-thread${EXTENSION}`, import.meta.url).href
const BEGIN =
  EXTENSION === '.js'
    ? `import(${JSON.stringify(THREAD)})`
    : `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
         .then(({ register }) => { register(); return import(${JSON.stringify(THREAD)}) })`
/** Its fonts are loaded for the next one, and given back when none comes. */
const IDLE_MS = 20_000
/** A drawing that takes longer never ends. */
const DRAWING_MAX_MS = 20_000
const HEAP_MAX_MB = 256

interface Drawing {
  resolve: (bytes: Buffer) => void
  reject: (error: Error) => void
}

type Reply = { id: number; bytes: Uint8Array } | { id: number; error: string }

export class Drawer {
  #thread: Worker | undefined
  #timer: NodeJS.Timeout | undefined
  #lastId = 0
  readonly #drawings = new Map<number, Drawing>()

  /** @returns The PDF. @throws Error when it could not be drawn. */
  async draw(order: PrintedOrder): Promise<Buffer> {
    const id = (this.#lastId += 1)
    const thread = (this.#thread ??= this.#start())
    return await new Promise<Buffer>((resolve, reject) => {
      this.#drawings.set(id, { resolve, reject })
      thread.ref()
      thread.postMessage({ id, order })
      this.#stopAfter(DRAWING_MAX_MS)
    })
  }

  #start(): Worker {
    const thread = new Worker(BEGIN, {
      eval: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
    })
    let fault = new Error('The drawing of tickets took too long.')
    thread.on('message', (reply: Reply) => {
      const drawing = this.#drawings.get(reply.id)
      this.#drawings.delete(reply.id)
      if ('error' in reply) drawing?.reject(new Error(reply.error))
      else drawing?.resolve(Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength)) // prettier-ignore
      const isIdle = this.#drawings.size === 0
      // A thread that only waits keeps no process alive.
      if (isIdle) thread.unref()
      this.#stopAfter(isIdle ? IDLE_MS : DRAWING_MAX_MS)
    })
    thread.on('error', (error) => {
      fault = error
    })
    thread.on('exit', () => {
      this.#thread = undefined
      for (const { reject } of this.#drawings.values()) reject(fault)
      this.#drawings.clear()
    })
    return thread
  }

  #stopAfter(ms: number): void {
    clearTimeout(this.#timer)
    const thread = this.#thread
    this.#timer = setTimeout(() => void thread?.terminate(), ms).unref()
  }
}
