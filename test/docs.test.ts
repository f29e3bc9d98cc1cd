/** What is written down is what the code does: errors, settings, tables, the API document. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { figuresIn, newestFigures } from '../bench/side-by-side/readme.ts'
import { loadConfig } from '../src/config.ts'
import { ERRORS } from '../src/kernel/errors.ts'
import { packageRoot } from '../src/platform/package-root.ts'
import { FAULTS } from './checker/faults/all.ts'
import { startApp } from './support/app.ts'
import { createDatabase } from './support/database.ts'
import { drawOrderStates } from './support/order-state-diagram.ts'
import { drawSchema } from './support/er-diagram.ts'
import { routeTable } from './support/route-table.ts'

/** Fewer cannot say when a code is used and what a client should do. */
const WORDS_MIN = 12

const read = (path: string): string => readFileSync(new URL(path, packageRoot), 'utf8')

test('README.md has the figures of the newest full benchmark', async () => {
  const hint = 'There are newer results: npm run bench -- --readme writes them there.'
  assert.ok(figuresIn(read('README.md')) === (await newestFigures()), hint)
})

test('docs/errors.md has the codes, statuses and messages of the code', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \| (\d+) \| (.+) \|$/gm)]
  const written = rows.map(([, code, status, message]) => ({
    code,
    status: Number(status),
    message,
  }))
  const actual = Object.entries(ERRORS).map(([code, error]) => ({ code, ...error }))
  assert.deepEqual(written, actual)
})

test('docs/errors.md says of each code when it happens, under the anchor that answers link to', () => {
  const sections = read('docs/errors.md').split('\n## The codes\n')[1]?.split(/^### /m).slice(1)
  const titles = sections?.map((section) => section.split('\n')[0])
  assert.deepEqual(titles, Object.keys(ERRORS))
  for (const section of sections ?? []) assert.ok(section.split(/\s+/).length > WORDS_MIN, section)
})

test('.env.example has every variable that the configuration reads, and no other', () => {
  const listed = [...read('.env.example').matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map((match) => match[1])
  assert.deepEqual([...listed].sort(), [...variablesRead()].sort())
  assert.equal(new Set(listed).size, listed.length)
})

test('.env.example explains every variable and sets none', () => {
  const lines = read('.env.example').split('\n')
  for (const [place, line] of lines.entries()) {
    assert.match(line, /^(# .+)?$/)
    if (/^# [A-Z_]+=/.test(line))
      assert.match(lines[place - 1] ?? '', /^# .*[a-z].*[.:)]|^# .*[a-z]/)
  }
})

test('docs/invariants.md names only tests that there are, for every invariant some', () => {
  const page = read('docs/invariants.md')
  const named = [...page.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)]
  assert.ok(named.length > 30, 'named.length > 30')
  for (const [, file = '', name = ''] of named) {
    const isThere = [`'${name}'`, `"${name}"`, `\`${name}\``].some((text) =>
      read(file).includes(text),
    )
    assert.ok(isThere, `${file} has the test "${name}"`)
  }
  const sections = page.split(/^### /m).slice(1)
  for (const section of sections) assert.match(section, /^- `test\//m)
})

test('docs/invariants.md has every invariant of the checker, and no other', () => {
  const checks = readdirSync(new URL('test/checker/', packageRoot))
    .filter((file) => file.startsWith('check-'))
    .flatMap((file) => [...read(`test/checker/${file}`).matchAll(/\bid: '(I\d+)'/g)])
    .map(([, id]) => id)
  const sections = [...read('docs/invariants.md').matchAll(/^### (I\d+) /gm)].map(([, id]) => id)
  assert.deepEqual(sections.sort(), checks.sort())
})

test('docs/invariants.md has every fault of the checker, in order', () => {
  const rows = [...read('docs/invariants.md').matchAll(/^\| (F\d+) \| (.+?) \| .{20,} \|$/gm)]
  const written = rows.map(([, id, title]) => `${id} ${title}`)
  const faults = FAULTS.map((make) => make())
  const pointsOf = /^F2\.(\d+)$/
  const alone = faults.filter(({ id }) => !pointsOf.test(id))
  assert.deepEqual(
    written.filter((each) => !each.startsWith('F2 ')),
    alone.map(({ id, title }) => `${id} ${title}`),
  )
  const points = [...read('docs/invariants.md').matchAll(/^(\d+)\. (killed .+)$/gm)]
  assert.deepEqual(
    points.map(([, number, title]) => `F2.${number} ${title}`),
    faults.filter(({ id }) => pointsOf.test(id)).map(({ id, title }) => `${id} ${title}`),
  )
})

test('docs/diagrams/order-states.md draws the table of states', () => {
  const hint = 'The table has changed: node scripts/order-states.mjs draws it anew.'
  assert.ok(read('docs/diagrams/order-states.md') === drawOrderStates(), hint)
})

test('docs/diagrams/er.md shows the tables of a freshly migrated database', async () => {
  await using database = await createDatabase()
  const hint = 'The schema has changed: node scripts/er-diagram.mjs draws it anew.'
  assert.ok(read('docs/diagrams/er.md') === (await drawSchema(database.connection)), hint)
})

test('the API document has every route below /api/v1, and no other', async () => {
  await using app = await startApp()
  const document = await apiDocument(app)
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const inApi = documented.filter((each) => each.includes(' /api/v1/'))
  const routes = routeTable(app)
    .map((route) => route.replace(/:(\w+)/g, '{$1}'))
    .filter((route) => /^(?!HEAD)\w+ \/api\/v1\/(?!openapi\.json)/.test(route))
  assert.ok(routes.length > 10, 'routes.length > 10')
  assert.deepEqual(inApi.sort(), routes.sort())
})

test('the API document is sound: version, references, operations, parameters', async () => {
  await using app = await startApp()
  const document = await apiDocument(app)
  assert.equal(document.openapi, '3.1.0')
  assert.ok(
    document.info.title !== '' && document.info.version !== '',
    "document.info.title !== '' && document.info.version !== ''",
  )
  for (const reference of referencesIn(document)) {
    assert.ok(resolves(document, reference), `${reference} leads nowhere`)
  }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      path,
      operation,
    })),
  )
  const ids = operations.flatMap(({ operation }) => operation.operationId ?? [])
  assert.equal(new Set(ids).size, ids.length, 'operationIds are unique')
  const tags = new Set(document.tags.map((tag) => tag.name))
  for (const { name, path, operation } of operations) {
    assert.ok((operation.summary ?? '') !== '', `${name} has a summary`)
    assert.ok(Object.keys(operation.responses).length > 0, `${name} has answers`)
    for (const tag of operation.tags ?? []) assert.ok(tags.has(tag), `${name}: tag ${tag}`)
    for (const scheme of (operation.security ?? []).flatMap(Object.keys)) {
      assert.ok(scheme in document.components.securitySchemes, `${name}: security ${scheme}`)
    }
    const inPath = (operation.parameters ?? []).filter((each) => each.in === 'path')
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    assert.deepEqual(inPath.map((each) => each.name).sort(), wanted.sort(), name)
    assert.ok(
      inPath.every((each) => each.required === true),
      `${name}: path parameters are required`,
    )
  }
})

/** Names that the configuration asks for, in production and outside. */
function variablesRead(): Set<string> {
  const names = new Set<string>()
  for (const mode of ['production', 'development']) {
    const env = new Proxy<Record<string, string | undefined>>(
      {},
      {
        get: (_target, name) => {
          names.add(String(name))
          return name === 'NODE_ENV' ? mode : undefined
        },
      },
    )
    try {
      loadConfig(env, [])
    } catch {
      // Production refuses to start without its secrets, after it has asked for all of them.
    }
  }
  return names
}

interface ApiDocument {
  openapi: string
  info: { title: string; version: string }
  tags: { name: string }[]
  components: { securitySchemes: Record<string, object> }
  paths: Record<string, Record<string, Operation>>
}

interface Operation {
  operationId?: string
  summary?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: { name: string; in: string; required?: boolean }[]
  responses: Record<string, object>
}

async function apiDocument(app: Awaited<ReturnType<typeof startApp>>): Promise<ApiDocument> {
  const answer = await app.inject({ method: 'GET', url: '/api/v1/openapi.json' })
  assert.equal(answer.status, 200)
  return answer.json<ApiDocument>()
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}

function resolves(document: unknown, reference: string): boolean {
  if (!reference.startsWith('#/')) return false
  let value = document
  for (const part of reference.slice(2).split('/')) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    value = (value as Record<string, unknown> | undefined)?.[name]
  }
  return value !== undefined
}
