/** Draws the tables of a database as a Mermaid diagram, with what the schema says about itself. */
import pg from 'pg'

/** Bookkeeping of the migrations, not of the shop. */
const LEFT_OUT = ['schema_migrations']

const HEADER = `# The tables

Generated from the schema by \`node scripts/er-diagram.mjs\`; a test compares it with a freshly
migrated database. Views, functions and indexes are in \`migrations/\`, with their comments.

PK is a primary key, FK refers to another table, UK is unique by itself; \`null\` may be missing. Mermaid
takes no comma in a type, so \`numeric(10_2)\` is numeric(10,2).

`

interface Column {
  table: string
  column: string
  type: string
  isNullable: boolean
  isGenerated: boolean
  comment: string | null
}

interface Constraint {
  table: string
  kind: 'p' | 'f' | 'u'
  columns: string[]
  target: string | null
}

interface Table {
  table: string
  comment: string | null
}

interface Enumeration {
  name: string
  labels: string[]
}

const TABLES = `
  select c.relname as "table", obj_description(c.oid, 'pg_class') as comment
    from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> all ($1)
   order by c.oid`

const COLUMNS = `
  select c.relname as "table", a.attname as "column", format_type(a.atttypid, a.atttypmod) as type,
         not a.attnotnull as "isNullable", a.attgenerated <> '' as "isGenerated",
         col_description(c.oid, a.attnum) as comment
    from pg_class c join pg_attribute a on a.attrelid = c.oid
   where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> all ($1)
     and a.attnum > 0 and not a.attisdropped
   order by c.oid, a.attnum`

/** Unique indexes count like constraints, also computed ones; partial ones do not. */
const CONSTRAINTS = `
  select c.relname as "table", k.contype as kind, t.relname as target,
         array(select a.attname::text from unnest(k.conkey) with ordinality as u(number, place)
                 join pg_attribute a on a.attrelid = c.oid and a.attnum = u.number
                order by u.place) as columns
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    left join pg_class t on t.oid = k.confrelid
   where c.relnamespace = 'public'::regnamespace and k.contype in ('p', 'f', 'u')
     and c.relname <> all ($1)
  union all
  select c.relname, 'u', null,
         array(select a.attname::text from pg_depend d
                 join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
                where d.objid = i.indexrelid and d.refobjid = c.oid and d.refobjsubid > 0
                order by a.attnum)
    from pg_index i
    join pg_class c on c.oid = i.indrelid
   where c.relnamespace = 'public'::regnamespace and i.indisunique and i.indpred is null
     and c.relname <> all ($1)
     and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
   order by 1, 2, 4`

const ENUMERATIONS = `
  select t.typname as name, array_agg(e.enumlabel::text order by e.enumsortorder) as labels
    from pg_type t join pg_enum e on e.enumtypid = t.oid
   where t.typnamespace = 'public'::regnamespace
   group by t.typname order by t.typname`

/** The text of `docs/diagrams/er.md`. */
export async function drawSchema(connection: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    const read = async <Row extends object>(sql: string, values?: unknown[]) =>
      (await client.query<Row>(sql, values)).rows
    const tables = await read<Table>(TABLES, [LEFT_OUT])
    const columns = await read<Column>(COLUMNS, [LEFT_OUT])
    const constraints = await read<Constraint>(CONSTRAINTS, [LEFT_OUT])
    const enumerations = await read<Enumeration>(ENUMERATIONS)
    return [
      HEADER,
      '```mermaid\nerDiagram\n',
      ...tables.map(({ table }) => drawTable(table, columns, constraints)),
      ...constraints.flatMap((each) => drawReference(each, columns, constraints)),
      '```\n',
      ...tables.map((table) => describe(table, columns)),
      '\n## Types\n\n',
      ...enumerations.map(({ name, labels }) => `- \`${name}\`: ${labels.join(', ')}\n`),
    ].join('')
  } finally {
    await client.end()
  }
}

function drawTable(table: string, columns: Column[], constraints: Constraint[]): string {
  const lines = columns
    .filter((column) => column.table === table)
    .map((column) => {
      const keys = keysOf(column, constraints)
      const remark = column.isGenerated ? ' "generated"' : column.isNullable ? ' "null"' : ''
      return `    ${shortType(column.type)} ${column.column}${keys === '' ? '' : ` ${keys}`}${remark}\n`
    })
  return `  ${table} {\n${lines.join('')}  }\n`
}

function keysOf({ table, column }: Column, constraints: Constraint[]): string {
  const own = constraints.filter((each) => each.table === table && each.columns.includes(column))
  const keys: string[] = []
  if (own.some(({ kind }) => kind === 'p')) keys.push('PK')
  if (own.some(({ kind }) => kind === 'f')) keys.push('FK')
  if (own.some(({ kind, columns }) => kind === 'u' && columns.length === 1)) keys.push('UK')
  return keys.join(', ')
}

function drawReference(
  { table, kind, columns: own, target }: Constraint,
  columns: Column[],
  constraints: Constraint[],
): string[] {
  if (kind !== 'f') return []
  const isOptional = columns.some(
    (column) => column.table === table && own.includes(column.column) && column.isNullable,
  )
  const isSingle = constraints.some(
    (each) => each.table === table && each.kind !== 'f' && each.columns.every((column) => own.includes(column)), // prettier-ignore
  )
  const line = `${isOptional ? '|o' : '||'}--${isSingle ? 'o|' : 'o{'}`
  return [`  ${target ?? ''} ${line} ${table} : "${own.join(', ')}"\n`]
}

function describe({ table, comment }: Table, columns: Column[]): string {
  const lines = columns
    .filter((column) => column.table === table && column.comment !== null)
    .map((column) => `- \`${column.column}\`: ${column.comment ?? ''}\n`)
  return `\n## ${table}\n\n${comment ?? ''}\n${lines.length === 0 ? '' : `\n${lines.join('')}`}`
}

/** Mermaid takes no spaces and no commas in a type. */
const shortType = (type: string): string =>
  type
    .replace('character varying', 'varchar')
    .replace('timestamp with time zone', 'timestamptz')
    .replace(/^character\(/, 'char(')
    .replace(/,/g, '_')
    .replace(/ /g, '_')
