/** `npm run onsale`: builds what is missing or out of date, then runs the rehearsal of an on-sale. */
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
