/**
 * `npm start`: the one command from a fresh clone to a running shop. It installs and builds what is
 * missing or out of date, then becomes the server; arguments go to `serve`.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { prepare } from './prepare.mjs'

const ancestorsPollMs = 250
const ancestors = namedAncestors()

try {
  await prepare()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}

stopWithNpm()
const main = new URL('../dist/src/main.js', import.meta.url)
process.argv = [process.execPath, fileURLToPath(main), 'serve', ...process.argv.slice(2)]
await import(main.href)

/**
 * npm runs us through a shell that keeps signals to itself, and may be killed without notice; a
 * terminal that is closed sends SIGHUP. All of it means the shop, which must not go on unseen with
 * the port in its hands.
 */
function stopWithNpm() {
  let isStopping = false
  const stop = () => {
    if (isStopping) return
    isStopping = true
    process.kill(process.pid, 'SIGTERM')
  }
  if (process.env.npm_lifecycle_event !== undefined) {
    const watch = setInterval(() => {
      if (namedAncestors() !== ancestors) stop()
    }, ancestorsPollMs)
    watch.unref()
  }
  if (!isHangUpIgnored()) process.on('SIGHUP', stop)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      // The server takes a second signal for impatience, so there must be one only.
      isStopping = true
      // Without a listener of the server's own yet, this one alone kept the signal from working.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
}

/** Our parent, and its parent when ours is but the shell between npm and us. */
function namedAncestors() {
  const parent = process.ppid
  try {
    const [, name, rest] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'))
    return /^(ba|da|a)?sh$/.test(name) ? `${parent} of ${rest.split(' ')[1]}` : `${parent}`
  } catch {
    // No /proc on this system, or the parent has just gone.
    return `${parent}`
  }
}

/** Under nohup, which a listener would undo. */
function isHangUpIgnored() {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return (BigInt(`0x${ignored ?? '0'}`) & 1n) === 1n
  } catch {
    return false
  }
}
