/** `npm run onsale`: builds what is missing or out of date, then runs the rehearsal of an on-sale. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Box Office needs Node.js 20.19 or newer, and this is ${process.versions.node}.`)
  process.exit(2)
}

try {
  const { installIfStale } = await import('./install.mjs')
  installIfStale()
  const { buildIfStale } = await import('./build.mjs')
  buildIfStale()
} catch (error) {
  console.error(error.message)
  process.exit(2)
}

await import('../dist/bench/onsale/main.js')
