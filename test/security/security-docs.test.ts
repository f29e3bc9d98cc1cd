/** docs/security.md names tests and code that are there, and leaves no security test out. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { packageRoot } from '../../src/platform/package-root.ts'

const inPackage = (path: string) => new URL(path, packageRoot)
const page = readFileSync(inPackage('docs/security.md'), 'utf8')

/** `path` “title”, “title”: every test that the page names. */
function testsNamed(): { file: string; title: string }[] {
  return [...page.matchAll(/`((?:test|src|web)\/[\w/.-]+\.test\.ts)`((?:,? “[^”]+”)+)/g)].flatMap(
    ([, file = '', titles = '']) =>
      [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
  )
}

/** Whether a file has a test or a suite of that title. */
function hasTest(file: string, title: string): boolean {
  const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const source = readFileSync(inPackage(file), 'utf8')
  return new RegExp(`\\b(?:test|suite|browserTest)\\(\\s*(['"\`])${quoted}\\1`).test(source)
}

test('every test that docs/security.md names is there under that title', () => {
  const named = testsNamed()
  assert.ok(named.length > 40, `${named.length} tests are named`)
  for (const { file, title } of named) {
    assert.ok(existsSync(inPackage(file)), `${file} is there`)
    assert.ok(hasTest(file, title), `${file} has “${title}”`)
  }
  const quoted = [...page.matchAll(/“/g)].length
  assert.equal(named.length, quoted, 'every title stands behind its file')
})

test('every file that docs/security.md names is there', () => {
  const paths = [...page.matchAll(/`((?:src|web|migrations|test)\/[\w/.-]*)`/g)].map(([, path = '']) => path) // prettier-ignore
  assert.ok(paths.length > 20, `${paths.length} files are named`)
  for (const path of paths) assert.ok(existsSync(inPackage(path)), path)
})

test('docs/security.md leaves out no security test', () => {
  const files = readdirSync(inPackage('test/security/')).filter((name) => name.endsWith('.test.ts'))
  for (const file of files) assert.ok(page.includes(`test/security/${file}`), file)
})

test('a title that no test has is found out', () => {
  const file = 'test/security/security-docs.test.ts'
  assert.ok(hasTest(file, 'docs/security.md leaves out no security test'), 'a title that is there')
  assert.equal(hasTest(file, 'docs/security.md leaves out no security tests'), false)
  // Only in a comment or a text it is no test either.
  assert.equal(hasTest(file, 'a title that is there'), false)
})
