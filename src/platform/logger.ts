/** The log of a process: lines of JSON on standard output. */
import { writeSync } from 'node:fs'
import { type LevelWithSilent, type Logger, destination, pino } from 'pino'
import { LineBuffer } from './line-buffer.ts'

const STANDARD_OUTPUT = 1
/**
 * With a line for every request, writing each by itself is a tenth of what a purchase costs, so the
 * lines leave a few dozen at a time. A killed process takes at most this much with it.
 */
const BUFFER_BYTES = 12_288
const BUFFER_MS = 200

/** @param level Of `LOG_LEVEL`. Only `info` is buffered: the rest is rare, or for finding a crash. */
export function createLogger(level: LevelWithSilent): Logger {
  return pino({ level }, level === 'info' ? bufferedOutput() : destination({ sync: true }))
}

function bufferedOutput(): LineBuffer {
  // It writes beside the event loop, and goes on when a full pipe has room again.
  const output = destination({ dest: STANDARD_OUTPUT, sync: false, contentMode: 'buffer' })
  let isEnding = false
  const lines = new LineBuffer({
    bytes: BUFFER_BYTES,
    waitMaxMs: BUFFER_MS,
    send(bytes) {
      if (isEnding) writeSync(STANDARD_OUTPUT, bytes)
      // As it is, in this mode, in spite of its type.
      else output.write(bytes as unknown as string)
    },
  })
  process.on('exit', () => {
    isEnding = true
    output.flushSync()
    lines.flush()
  })
  return lines
}
