/** The repository obeys the rules of STYLE.md, and each rule can fail. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../src/platform/package-root.ts'
import {
  LONG_FILES,
  type Repository,
  type Rule,
  configReadsTheEnvironment,
  exportsHaveNames,
  filesAreShort,
  filesHaveNames,
  importsGoOneWay,
  lockFileNamesNoServer,
  nothingIsLeftOver,
  pathsAreOfNoMachine,
  sqlIsInSqlFiles,
  tablesHaveOneOwner,
  testsAllRun,
  typesHaveNames,
  viewsAreOnlyRead,
} from './support/tidy-rules.ts'

const root = fileURLToPath(packageRoot)
const NOT_OURS = new Set(['node_modules', '.git', 'dist', 'data', 'coverage', 'test-output'])
const TEXT =
  /\.(tsx?|mjs|js|json|sql|md|css|svg|html|yml|yaml|sh)$|\/\.[\w.-]+$|^\.|\/run$|LICENSE$/

const repository: Repository = new Map(
  [...filesBelow('')].filter((path) => TEXT.test(path)).map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')]), // prettier-ignore
)

const SCHEMA = {
  'migrations/0001_tables.sql': `
    create table orders (id bigint);
    comment on table orders is 'Sales. Owner: ticketing service.';
    create table outbox (id bigint);
    comment on table outbox is 'Messages. Owner: platform (outbox).';
    create view event_stock as select 1;`,
}

interface Example {
  rule: Rule
  fact: string
  /** Repositories in which something is wrong, by what is wrong. */
  bad: Record<string, Record<string, string>>
  /** Repositories that only look as if. */
  good?: Record<string, Record<string, string>>
}

const RULES: Example[] = [
  {
    rule: importsGoOneWay,
    fact: 'imports go one way: kernel ← contracts ← platform ← services ← compose',
    bad: {
      'a service imports another': {
        'src/services/user/a.ts': `import { b } from '../event/b.ts'`,
      },
      'the kernel imports a package': { 'src/kernel/a.ts': `import pg from 'pg'` },
      'the contracts import the platform': {
        'src/contracts/a.ts': `import type { A } from '../platform/b.ts'`,
      },
      'the platform imports a service, dynamically': {
        'src/platform/http/a.ts': `await import('../../services/user/a.ts')`,
      },
      'what is imported is found out at run time': {
        'src/platform/a.ts': 'await import(`../services/${name}.ts`)',
      },
      'for side effects': { 'src/platform/a.ts': `import '../compose.ts'` },
      're-exported': { 'src/kernel/a.ts': `export { b } from '../config.ts'` },
      'as a type': { 'src/kernel/a.ts': `type B = import('../platform/b.ts').B` },
      'a page runs the platform': {
        'web/a.ts': `import { type A, b } from '../src/platform/postgres.ts'`,
      },
      'a page imports a service': {
        'web/pages/a.tsx': `import type { A } from '../../src/services/user/a.ts'`,
      },
      'the product imports a test': { 'src/compose.ts': `import '../test/support/app.ts'` },
    },
    good: {
      'a service uses what is below': {
        'src/services/user/a.ts': `import './b.ts'\nimport '../../platform/b.ts'\nimport 'pg'`,
      },
      'a page knows a type': {
        'web/a.ts': `import type { A } from '../src/platform/b.ts'\nimport { type B } from '../src/platform/b.ts'\nimport { packageRoot } from '../src/platform/package-root.ts'`,
      },
      'compose puts it together': { 'src/compose.ts': `import '../web/pages.ts'` },
    },
  },
  {
    rule: sqlIsInSqlFiles,
    fact: 'SQL that names a table is in .sql.ts files and the platform',
    bad: {
      'a query in a use case': { 'src/services/user/a.ts': 'db.query(`select id from users`)' },
      'an update': { 'src/services/user/a.ts': `'update users set name = $1'` },
      'a query builder': { 'src/services/user/a.ts': `db.selectFrom('users as u')` },
      'a query in a page': { 'web/a.tsx': `'delete from users'` },
    },
    good: {
      'in its file': { 'src/services/user/a.sql.ts': `'select id from users'` },
      'words on a page': { 'web/a.tsx': `'Select a seat. Update your details.'` },
    },
  },
  {
    rule: tablesHaveOneOwner,
    fact: 'each table has one owner, and only the owner names it in SQL',
    bad: {
      'another service reads it': {
        ...SCHEMA,
        'src/services/user/a.sql.ts': '`select * from orders o where o.id = $1`',
      },
      'another service joins it': {
        ...SCHEMA,
        'src/services/user/a.sql.ts': '`select 1 from users u join orders o on o.user_id = u.id`',
      },
      'in a list': { ...SCHEMA, 'src/services/user/a.sql.ts': `'select 1 from users u, orders o'` },
      'in a piece of SQL': {
        ...SCHEMA,
        'src/services/user/a.sql.ts': 'const more = `join orders o on o.user_id = ${id}`',
      },
      'by a query builder': {
        ...SCHEMA,
        'src/services/user/a.sql.ts': `q.innerJoin('orders as o', 'o.id', 'u.id')`,
      },
      'the outbox, past its door': {
        ...SCHEMA,
        'src/services/user/a.sql.ts': `'insert into outbox (topic) values ($1)'`,
      },
      'a table of nobody': { 'migrations/0001_a.sql': 'create table lost (id bigint);' },
    },
    good: {
      'its owner': { ...SCHEMA, 'src/services/ticketing/a.sql.ts': `'select id from orders'` },
      'the outbox itself': { ...SCHEMA, 'src/platform/outbox/a.ts': `'delete from outbox'` },
      'a view': { ...SCHEMA, 'src/services/event/a.sql.ts': `'select 1 from event_stock s'` },
    },
  },
  {
    rule: viewsAreOnlyRead,
    fact: 'views are for reading',
    bad: {
      'an update': {
        ...SCHEMA,
        'src/services/event/a.sql.ts': `'update event_stock set sold = 0'`,
      },
    },
  },
  {
    rule: filesHaveNames,
    fact: 'files are named in kebab-case, by what they hold',
    bad: {
      index: { 'src/kernel/index.ts': '' },
      utils: { 'web/string-utils.ts': '' },
      'a folder': { 'src/common/a.ts': '' },
      'camel case': { 'src/services/user/createUser.ts': '' },
    },
    good: {
      'all suffixes': { 'src/a-b.sql.ts': '', 'src/c.test.ts': '', 'test/d.property.test.ts': '' },
    },
  },
  {
    rule: typesHaveNames,
    fact: 'types are named by what they are',
    bad: {
      'a manager': { 'src/a.ts': 'class OrderManager {}' },
      'an I in front': { 'src/a.ts': 'interface IOrder {}' },
    },
    good: { 'a word with I': { 'src/a.ts': 'interface IdBlocks {}\ntype Import = 1' } },
  },
  {
    rule: exportsHaveNames,
    fact: 'nothing is exported as default',
    bad: {
      'a function': { 'src/a.ts': 'export default function a() {}' },
      'a value': { 'web/a.ts': 'const a = 1\nexport default a' },
      'an alias': { 'src/a.ts': 'const a = 1\nexport { a as default }' },
    },
  },
  {
    rule: nothingIsLeftOver,
    fact: 'no marks of unfinished work are left',
    bad: {
      'a mark': { 'src/a.ts': `// ${'TO'}DO: later` },
      'in a paper': { 'A.md': `${'FIX'}ME` },
    },
    good: { 'a word like it': { 'README.md': 'The todo list is empty.' } },
  },
  {
    rule: pathsAreOfNoMachine,
    fact: 'no file names a path of the machine it was written on',
    bad: {
      'a home': { 'README.md': `cd /${'home'}/alice/box-office` },
      Windows: { 'src/a.ts': `'C:\\${'Users'}\\alice'` },
    },
    good: { 'an address': { 'README.md': 'https://shop.example/home/ and ./parts/a' } },
  },
  {
    rule: testsAllRun,
    fact: 'every test runs, or says why not',
    bad: {
      'only one': { 'test/a.test.ts': `test.only('a', () => {})` },
      'only one, as an option': { 'test/a.test.ts': `test('a', { only: true }, () => {})` },
      'left out': { 'test/a.test.ts': `test.skip('a', () => {})` },
      'left out, as an option': { 'test/a.test.ts': `test('a', { skip: true }, () => {})` },
      'left out from inside': { 'test/a.test.ts': `test('a', (t) => t.skip())` },
    },
    good: {
      'with a reason': {
        'test/a.test.ts': `test('a', { skip: isRoot ? false : 'needs root' }, (t) => t.skip('why'))`,
      },
    },
  },
  {
    rule: configReadsTheEnvironment,
    fact: 'only the configuration reads the environment',
    bad: {
      directly: { 'src/platform/a.ts': 'const a = process.env.PORT' },
      'by import': { 'web/a.ts': `import { env } from 'node:process'` },
    },
  },
  {
    rule: lockFileNamesNoServer,
    fact: 'the lock file names no download addresses',
    bad: {
      'an address': { 'package-lock.json': '{ "resolved": "https://registry.example/a.tgz" }' },
    },
  },
  {
    rule: filesAreShort,
    fact: 'files are short, or listed with the reason why not',
    bad: { 'a long one': { 'src/a.ts': 'const a = 1\n'.repeat(301) } },
  },
]

test('there is something to check', () => {
  for (const path of [
    'src/main.ts',
    'test/tidy.test.ts',
    'migrations/0001_tables.sql',
    '.gitignore',
  ]) {
    assert.ok(repository.has(path), path)
  }
})

test('every file that may be long is there', () => {
  for (const path of Object.keys(LONG_FILES)) assert.ok(repository.has(path), path)
})

for (const { rule, fact, bad, good = {} } of RULES) {
  test(fact, () => {
    assert.deepEqual(rule(repository), [])
  })

  for (const [what, files] of Object.entries(bad)) {
    test(`the rule fails for a bad example: ${fact} (${what})`, () => {
      assert.equal(rule(new Map(Object.entries(files))).length, 1)
    })
  }
  for (const [what, files] of Object.entries(good)) {
    test(`the rule passes what only looks like it: ${fact} (${what})`, () => {
      assert.deepEqual(rule(new Map(Object.entries(files))), [])
    })
  }
}

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(`${root}/${folder}`, { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isFile()) yield path
    else if (entry.isDirectory() && !NOT_OURS.has(entry.name)) yield* filesBelow(path)
  }
}
