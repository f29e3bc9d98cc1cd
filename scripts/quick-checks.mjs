/** The checks that need no database: format, lint, types, unused code. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Two at a time, the slowest first. */
const LANES = 2
const CHECKS = [
  { name: 'lint', script: 'eslint/bin/eslint.js', args: ['.'] },
  { name: 'types', script: 'typescript/bin/tsc', args: ['--noEmit'] },
  {
    name: 'types of islands',
    script: 'typescript/bin/tsc',
    args: ['--project', 'web/islands'],
  },
  {
    name: 'format',
    script: 'prettier/bin/prettier.cjs',
    args: ['--check', '--log-level=warn', '.'],
  },
  { name: 'unused code', script: 'knip/bin/knip.js', args: [] },
]

/** Runs them all, whatever the others say. @returns Whether every one of them passed. */
export async function runQuickChecks() {
  const waiting = [...CHECKS]
  let allPassed = true
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const startedAt = performance.now()
      const { passed, output } = await run(check)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      console.log(`${passed ? '✔' : '✖'} ${check.name} (${seconds} s)`)
      if (!passed) console.log(output)
      allPassed &&= passed
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return allPassed
}

async function run({ script, args }) {
  const child = spawn(process.execPath, [`node_modules/${script}`, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  const code = await new Promise((resolve) => {
    child.once('close', resolve)
    child.once('error', (error) => {
      output += error.message
      resolve(1)
    })
  })
  return { passed: code === 0, output: output.trim() }
}
