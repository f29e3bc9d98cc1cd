/** The log of a process: lines of JSON on standard output. */
import { type LevelWithSilent, type Logger, destination, pino } from 'pino'

/**
 * With a line for every request, writing each by itself is a tenth of what a purchase costs, so the
 * lines leave a few dozen at a time. A killed process takes at most this much with it.
 */
const BUFFER_BYTES = 12_288
const BUFFER_MS = 200

/** @param level Of `LOG_LEVEL`. Only `info` is buffered: the rest is rare, or for finding a crash. */
export function createLogger(level: LevelWithSilent): Logger {
  const to =
    level === 'info'
      ? destination({ sync: false, minLength: BUFFER_BYTES, periodicFlush: BUFFER_MS })
      : destination({ sync: true })
  return pino({ level }, to)
}
