/**
 * What comes before the program: a Node that can run it, its packages, a fresh build. The parts are
 * imported after the look at the version, because an older Node may not even parse them.
 */
export async function prepare() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(
      `Box Office needs Node.js 20.19 or newer, and this is ${process.versions.node}. See https://nodejs.org/en/download.`,
    )
  }
  const { installIfStale } = await import('./install.mjs')
  installIfStale()
  const { buildIfStale } = await import('./build.mjs')
  buildIfStale()
}
