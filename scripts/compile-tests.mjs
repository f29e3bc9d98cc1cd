/**
 * Compiles the tests into dist, beside what they test: they run against what is shipped, and the two
 * hundred processes that they run in start in half the time that translating each file takes.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildIfStale } from './build.mjs'
import { findFiles } from './run-tests.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Each import stays one, of what the imported file becomes. */
const keepImports = {
  name: 'keep-imports',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path }) => {
      if (kind === 'entry-point') return undefined
      return { path: path.replace(/^(\..*)\.tsx?$/, '$1.js'), external: true }
    })
  },
}

/**
 * Builds what is stale, and compiles all tests, what they share, and the islands that some are about.
 * @throws Error with the compiler's complaints.
 */
export async function compileTests() {
  buildIfStale()
  // Not imported above: this file is read before the packages are there.
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: [
      ...findFiles(/\.tsx?$/, 'test', 'web/islands'),
      ...findFiles(/\.test\.tsx?$/, 'src', 'web'),
    ],
    outdir: join(root, 'dist'),
    outbase: root,
    bundle: true,
    plugins: [keepImports],
    platform: 'node',
    format: 'esm',
    target: ['node20'],
    charset: 'utf8',
    sourcemap: true,
    logLevel: 'silent',
  })
}

/** @param path Of a test, from the project's root. @returns Where it is once compiled. */
export const compiled = (path) => `dist/${path.replace(/\.tsx?$/, '.js')}`
