/**
 * `npm start`: the one command from a fresh clone to a running shop. It installs and builds what is
 * missing or out of date, then becomes the server; arguments go to `serve`.
 */
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

// The other scripts are imported after this check: an older Node may not even parse them.
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Box Office needs Node.js 20.19 or newer, and this is ${process.versions.node}. See https://nodejs.org/en/download.`,
  )
  process.exit(1)
}

try {
  const { installIfStale } = await import('./install.mjs')
  installIfStale()
  const { buildIfStale } = await import('./build.mjs')
  buildIfStale()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}

const main = new URL('../dist/src/main.js', import.meta.url)
process.argv = [process.execPath, fileURLToPath(main), 'serve', ...process.argv.slice(2)]
await import(main.href)
