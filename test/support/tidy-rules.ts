/**
 * The rules of STYLE.md that a machine can check. Each takes the repository as a map from path to
 * text and tells the faults it finds, one line each, so that a test can also feed it a bad example.
 */
import { posix } from 'node:path'
import ts from 'typescript'

export type Repository = ReadonlyMap<string, string>
export type Rule = (repository: Repository) => string[]

/** Lines beyond which a file must say why it is one. */
const LINES_MAX = 300
/** Files that may be longer, and why. */
export const LONG_FILES: Record<string, string> = {}

const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path)

/** Who may import whom. A part may always import itself; test, bench and scripts import everything. */
const MAY_IMPORT: readonly (readonly [part: RegExp, allowed: RegExp])[] = [
  [/^src\/kernel\//, /^$/],
  [/^src\/contracts\//, /^src\/kernel\//],
  [/^src\/platform\//, /^src\/(kernel|contracts)\//],
  [/^src\/services\/([^/]+)\//, /^src\/(kernel|contracts|platform)\//],
  [/^web\//, /^src\/(kernel|contracts)\/|^src\/platform\/package-root\.ts$/],
  // main.ts, config.ts and compose.ts sit above the parts and put them together.
  [/^src\/[^/]+$/, /^(src|web)\//],
]
/** What pages may know of the platform without running any of it. */
const TYPES_ONLY: readonly (readonly [part: RegExp, allowed: RegExp])[] = [
  [/^web\//, /^src\/platform\//],
]
/** The kernel and the contracts have no I/O; the schema library is vocabulary. */
const MAY_IMPORT_PACKAGES: readonly (readonly [part: RegExp, allowed: RegExp])[] = [
  [/^src\/kernel\//, /^$/],
  [/^src\/contracts\//, /^typebox$/],
]

export const importsGoOneWay: Rule = (repository) =>
  sources(repository, /^(src|web)\//).flatMap(([path, source]) => {
    const part = partOf(path)
    return importsOf(source).flatMap(({ specifier, isTypeOnly }) => {
      const fault = [`${path} must not import ${specifier}`]
      if (specifier === RUN_TIME) return fault
      if (!specifier.startsWith('.')) {
        if (isTest(path)) return []
        return (isAllowed(MAY_IMPORT_PACKAGES, path, specifier) ?? true) ? [] : fault
      }
      const target = posix.join(posix.dirname(path), specifier)
      if (partOf(target) === part) return []
      if (isTypeOnly && isAllowed(TYPES_ONLY, path, target) === true) return []
      return isAllowed(MAY_IMPORT, path, target) === true ? [] : fault
    })
  })

function isAllowed(
  table: readonly (readonly [RegExp, RegExp])[],
  path: string,
  target: string,
): boolean | undefined {
  return table.find(([part]) => part.test(path))?.[1].test(target)
}

/** The folder that may import itself: `src/kernel`, `src/services/user`, `web`; else the file. */
const partOf = (path: string): string =>
  /^(src\/services\/[^/]+|src\/[^/]+|web)(?=\/)/.exec(path)?.[0] ?? path

/** Stands for a specifier that is put together at run time and could be anything. */
const RUN_TIME = 'what is found out at run time'

interface Import {
  specifier: string
  isTypeOnly: boolean
}

function importsOf(source: ts.SourceFile): Import[] {
  return nodesOf(source).flatMap((node): Import[] => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      return [{ specifier: node.moduleSpecifier.text, isTypeOnly: isTypeOnlyImport(node) }]
    }
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      const specifier = (node.moduleSpecifier as ts.StringLiteral).text
      return [{ specifier, isTypeOnly: node.isTypeOnly }]
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments
      const specifier =
        argument !== undefined && ts.isStringLiteralLike(argument) ? argument.text : RUN_TIME
      return [{ specifier, isTypeOnly: false }]
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument
      return ts.isStringLiteral(literal) ? [{ specifier: literal.text, isTypeOnly: true }] : []
    }
    return []
  })
}

function isTypeOnlyImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  if (importClause.isTypeOnly) return true
  const { name, namedBindings } = importClause
  if (name !== undefined || namedBindings === undefined) return false
  return (
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  )
}

// SQL ----------------------------------------------------------------------------------------

/** Rows for trying things out touch every table. */
const SQL_EXEMPT = /^src\/sample-[\w-]+\.ts$/

export const sqlIsInSqlFiles: Rule = (repository) =>
  sources(repository, /^(src|web)\//).flatMap(([path, source]) => {
    if (isTest(path) || /\.sql\.ts$|^src\/platform\//.test(path) || SQL_EXEMPT.test(path)) return []
    return tablesNamedIn(source).length > 0 || hasStatement(source)
      ? [`${path} has SQL, which belongs into a .sql.ts`]
      : []
  })

/** Each table has one owner, told in the schema's own comments; views are for everybody to read. */
export const tablesHaveOneOwner: Rule = (repository) => {
  const { tables, views } = schemaOf(repository)
  const faults = [...tables]
    .filter(([, owner]) => owner === undefined)
    .map(([table]) => `migrations/: table ${table} has no comment that ends in "Owner: …"`)
  for (const [path, source] of sources(repository, /^(src|web)\//)) {
    if (isTest(path) || SQL_EXEMPT.test(path)) continue
    for (const table of tablesNamedIn(source)) {
      const owner = tables.get(table)
      if (!tables.has(table) || views.has(table)) continue
      if (owner === undefined || !path.startsWith(owner)) {
        faults.push(`${path} names the table ${table} of ${owner ?? 'nobody'}`)
      }
    }
  }
  return faults
}

/** Views that any service may read, as their comments say. */
export const viewsAreOnlyRead: Rule = (repository) => {
  const { views } = schemaOf(repository)
  return sources(repository, /^(src|web)\//).flatMap(([path, source]) =>
    textsOf(source).flatMap((text) =>
      [...text.matchAll(/\b(?:insert into|update|delete from)\s+(?:only\s+)?(\w+)/g)]
        .filter(([, name]) => views.has(name ?? ''))
        .map(([, name]) => `${path} writes to the view ${name ?? ''}`),
    ),
  )
}

/** Tables with the folder that owns them, and views. */
function schemaOf(repository: Repository) {
  const migrations = [...repository].filter(([path]) => /^migrations\/.*\.sql$/.test(path))
  const sql = migrations.map(([, text]) => text).join('\n')
  const named = (pattern: RegExp) => [...sql.matchAll(pattern)].map((match) => match[1] ?? '')
  const owners = new Map(
    [
      ...sql.matchAll(/comment on table (\w+) is\s+'.*Owner: ([\w-]+)(?: \((\w+)\)| service)\.';/g),
    ].map(([, table = '', name = '', inPlatform]) => [
      table,
      inPlatform === undefined ? `src/services/${name}/` : `src/${name}/${inPlatform}/`,
    ]),
  )
  return {
    tables: new Map(
      named(/create table (?:if not exists )?(\w+)/g).map((table) => [table, owners.get(table)]),
    ),
    views: new Set(named(/create (?:or replace )?view (\w+)/g)),
  }
}

const TABLE_POSITION =
  /\b(?:into\s+|(?:from|join|update|truncate|table|lock|using)\s+(?:only\s+|table\s+)?(?![a-z_]+\s*\())([a-z_]+)((?:\s+(?:as\s+)?[a-z_]+)?(?:\s*,\s*[a-z_]+(?:\s+(?:as\s+)?[a-z_]+)?)*)/gi
const STATEMENT =
  /\bselect\b[^]+\bfrom\s+[a-z_]+\b(?!\s*\()|\binsert into\s+[a-z_]|\bdelete from\s+[a-z_]|\bupdate\s+[a-z_]+(\s+(as\s+)?[a-z_]+)?\s+set\b|\btruncate\s+[a-z_]|\block table\b/
/** kysely's calls that name a table. */
const BUILDER_CALLS =
  /^(selectFrom|insertInto|updateTable|deleteFrom|replaceInto|mergeInto|innerJoin|leftJoin|rightJoin|fullJoin)$/

const hasStatement = (source: ts.SourceFile): boolean =>
  textsOf(source).some((text) => STATEMENT.test(text))

/** Every name that stands where SQL has a table, without those that `with` gives itself. */
function tablesNamedIn(source: ts.SourceFile): string[] {
  const names = textsOf(source)
    .filter((text) => looksLikeSql(text))
    .flatMap((text) =>
      [...text.matchAll(TABLE_POSITION)].flatMap(([, first = '', rest = '']) => [
        first,
        ...rest
          .split(',')
          .slice(1)
          .map((part) => part.trim().split(/\s+/)[0] ?? ''),
      ]),
    )
  for (const node of nodesOf(source)) {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) continue
    const [table] = node.arguments
    if (!BUILDER_CALLS.test(node.expression.name.text) || table === undefined) continue
    if (ts.isStringLiteralLike(table)) names.push(table.text.split(/\s+/)[0] ?? '')
  }
  return [...new Set(names)].filter((name) => name !== '')
}

/** A statement, or a piece of one such as `join users u on u.id = o.user_id`. */
const looksLikeSql = (text: string): boolean =>
  STATEMENT.test(text) ||
  /\b(from|join)\s+[a-z_]+(\s+(as\s+)?[a-z]\w*)?\s+(on|where|using)\b/.test(text)

// Names --------------------------------------------------------------------------------------

const CODE = /^(src|web|test|bench|scripts)\/.*\.(tsx?|mjs)$/
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/
const EMPTY_WORDS = new Set(['index', 'util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'impl']) // prettier-ignore

export const filesHaveNames: Rule = (repository) =>
  [...repository.keys()]
    .filter((path) => CODE.test(path))
    .flatMap((path) => {
      const stem = posix.basename(path).replace(/(\.sql|(\.property)?\.test)?\.(tsx?|mjs)$/, '')
      const folders = posix.dirname(path).split('/')
      const faults: string[] = []
      if (![stem, ...folders].every((name) => KEBAB_CASE.test(name)))
        faults.push('is not kebab-case')
      if (
        [stem, ...folders].flatMap((name) => name.split('-')).some((word) => EMPTY_WORDS.has(word))
      ) {
        faults.push('has a name that says nothing')
      }
      return faults.map((fault) => `${path} ${fault}`)
    })

export const typesHaveNames: Rule = (repository) =>
  sources(repository, CODE).flatMap(([path, source]) =>
    nodesOf(source).flatMap((node) => {
      if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) return [] // prettier-ignore
      const name = node.name?.text ?? ''
      return /^I[A-Z][a-z]|(Manager|Impl|Helper|Utils?)$/.test(name) ? [`${path}: ${name}`] : []
    }),
  )

export const exportsHaveNames: Rule = (repository) =>
  sources(repository, /^(src|web|bench)\//).flatMap(([path, source]) =>
    nodesOf(source).some(isDefaultExport) ? [`${path} has a default export`] : [],
  )

const isDefaultExport = (node: ts.Node): boolean =>
  ts.isExportAssignment(node) ||
  (ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) ||
  (ts.isExportSpecifier(node) && node.name.text === 'default')

// Habits -------------------------------------------------------------------------------------

/** Put together here, so that this file passes its own rule. */
const MARKS = new RegExp(
  `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`,
)

export const nothingIsLeftOver: Rule = (repository) => matches(repository, MARKS)

/** Paths of the machine it was written on. The lock file has none and is long. */
export const pathsAreOfNoMachine: Rule = (repository) =>
  matches(repository, /(?<![\w.)/-])\/(home|work|root|Users|mnt|workspace)\/|\b[A-Z]:\\\\?Users\b/)

function matches(repository: Repository, pattern: RegExp): string[] {
  return [...repository].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, place) =>
        pattern.test(line) ? [`${path}:${place + 1}: ${line.trim()}`] : [],
      ),
  )
}

const TEST_CALLS = new Set(['test', 'it', 'suite', 'describe', 't'])

export const testsAllRun: Rule = (repository) =>
  sources(repository, /\.test\.tsx?$/).flatMap(([path, source]) =>
    nodesOf(source).flatMap((node) => {
      const fault = faultOfTestCall(node) ?? faultOfTestOption(node)
      return fault === undefined ? [] : [`${path} ${fault}`]
    }),
  )

function faultOfTestCall(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return
  const { name, expression } = node.expression
  if (!ts.isIdentifier(expression) || !TEST_CALLS.has(expression.text)) return
  if (name.text === 'only') return 'runs only one test'
  if (name.text !== 'skip' && name.text !== 'todo') return
  // `t.skip('why')` says why; `test.skip('name', …)` cannot.
  const [reason] = node.arguments
  if (expression.text === 't' && reason !== undefined) return
  return `has a test that is left out without a reason (${name.text})`
}

function faultOfTestOption(node: ts.Node): string | undefined {
  if (!ts.isPropertyAssignment(node) || !ts.isIdentifier(node.name)) return
  if (!['only', 'skip', 'todo'].includes(node.name.text)) return
  if (node.initializer.kind !== ts.SyntaxKind.TrueKeyword) return
  return `has ${node.name.text}: true, which gives no reason`
}

/** main.ts hands the environment to config.ts, and nobody else looks at it. */
export const configReadsTheEnvironment: Rule = (repository) =>
  sources(repository, /^(src|web)\//).flatMap(([path, source]) =>
    !['src/main.ts', 'src/config.ts'].includes(path) && nodesOf(source).some(isProcessEnv)
      ? [`${path} reads the environment`]
      : [],
  )

const isProcessEnv = (node: ts.Node): boolean =>
  (ts.isPropertyAccessExpression(node) &&
    node.name.text === 'env' &&
    node.expression.getText() === 'process') ||
  (ts.isImportSpecifier(node) && node.name.text === 'env')

/** A mirror's address in the lock file would be asked for on every other machine too. */
export const lockFileNamesNoServer: Rule = (repository) =>
  /"resolved":\s*"http/.test(repository.get('package-lock.json') ?? '')
    ? ['package-lock.json names download addresses (.npmrc: omit-lockfile-registry-resolved)']
    : []

export const filesAreShort: Rule = (repository) => {
  const faults = Object.keys(LONG_FILES)
    .filter((path) => repository.has(path) && lines(repository.get(path)) <= LINES_MAX)
    .map((path) => `${path} is listed as long and is not`)
  for (const [path, text] of repository) {
    if (!/^(src|web)\/.*\.tsx?$/.test(path) || path in LONG_FILES) continue
    if (lines(text) > LINES_MAX) faults.push(`${path} has ${lines(text)} lines`)
  }
  return faults
}

const lines = (text = ''): number => text.split('\n').length - 1

// Reading ------------------------------------------------------------------------------------

const parsed = new Map<string, ts.SourceFile>()

function sources(repository: Repository, pattern: RegExp): [path: string, ts.SourceFile][] {
  return [...repository]
    .filter(([path]) => pattern.test(path) && /\.tsx?$/.test(path))
    .map(([path, text]) => {
      const key = `${path}\n${text}`
      const source =
        parsed.get(key) ?? ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
      parsed.set(key, source)
      return [path, source]
    })
}

function nodesOf(source: ts.SourceFile): ts.Node[] {
  const nodes: ts.Node[] = []
  const visit = (node: ts.Node) => {
    nodes.push(node)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return nodes
}

/** What stands in strings; a template's holes are filled with a name. */
function textsOf(source: ts.SourceFile): string[] {
  return nodesOf(source).flatMap((node) => {
    if (ts.isStringLiteralLike(node)) return [node.text]
    if (!ts.isTemplateExpression(node)) return []
    return [node.head.text + node.templateSpans.map((span) => `_${span.literal.text}`).join('')]
  })
}
