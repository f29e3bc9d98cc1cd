/**
 * The only door to PostgreSQL. Turns a lost or refusing server into `unavailable`, so that no
 * caller has to know the driver's errors; every other error passes unchanged.
 */
import pg from 'pg'
import { AppError } from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'

/** What a statement needs: a pool, or the one connection of a transaction. */
export interface Queryable {
  /**
   * @param text SQL with `$1`, `$2`, …
   * @param values Their values.
   * @throws AppError `unavailable` when the server cannot be reached; `pg.DatabaseError` otherwise.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string | { name: string; text: string },
    values?: readonly unknown[],
  ): Promise<Row[]>
}

/** A connection inside a transaction; the type keeps a pool from being passed where one is needed. */
export interface Transaction extends Queryable {
  readonly isTransaction: true
}

export interface DatabaseOptions {
  connection: pg.ClientConfig
  /** Shown in pg_stat_activity. */
  name: string
  /** The most connections at a time. */
  connectionsMax: number
  /** Settings for each session, e.g. `{ synchronous_commit: 'off' }`. */
  settings?: Record<string, string>
  /** Keeps connections open while nothing happens, so that a rush does not begin by making them. */
  keepsConnections?: boolean
  /** How long one statement may take, seen from here, in milliseconds. */
  statementTimeoutMs?: number
}

/** How long a request waits for a free connection, or for the server to answer at all. */
const CONNECT_TIMEOUT_MS = 2_000
const STATEMENT_TIMEOUT_MS = 10_000
const IDLE_TIMEOUT_MS = 30_000
/**
 * A process that stands still in the middle of a transaction, or is cut off without the server
 * hearing of it, lets go of an event's row after this. TCP would only give up after hours.
 */
const IDLE_IN_TRANSACTION_MS = 5_000
/**
 * How soon the server gives up a connection that we are no longer on the other end of, about a
 * minute instead of hours: until then it is one of those that it can have at most. In seconds.
 */
const SERVER_KEEPALIVE = {
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
}

const INT8 = 20
const types: pg.CustomTypesConfig = {
  // Our ids stay far below 2^53, so a bigint is a plain number here.
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : (pg.types.getTypeParser(oid, format) as never),
}

export class Database implements Queryable, AsyncDisposable {
  readonly #pool: pg.Pool
  readonly #idle = new Set<pg.PoolClient>()

  constructor(options: DatabaseOptions) {
    const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
    // Compiling takes longer than the short statements here.
    const settings = {
      jit: 'off',
      statement_timeout: String(statementTimeoutMs),
      idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
      ...SERVER_KEEPALIVE,
      ...options.settings,
    }
    this.#pool = new pg.Pool({
      ...options.connection,
      types,
      application_name: `box-office ${options.name}`,
      max: options.connectionsMax,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: options.keepsConnections === true ? 0 : IDLE_TIMEOUT_MS,
      // A server that went silent answers no statement timeout of its own.
      query_timeout: statementTimeoutMs + 1_000,
      keepAlive: true,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    })
    // A connection that breaks while idle is replaced at the next use; one that breaks in use
    // tells whoever uses it.
    const ignore = () => undefined
    this.#pool.on('error', ignore)
    this.#pool.on('connect', (client) => client.on('error', ignore))
    this.#pool.on('acquire', (client) => this.#idle.delete(client))
    this.#pool.on('remove', (client) => this.#idle.delete(client))
    this.#pool.on('release', (error, client) => {
      if (!(error instanceof Error)) this.#idle.add(client)
    })
  }

  async query<Row extends object = Record<string, unknown>>(
    text: string | { name: string; text: string },
    values?: readonly unknown[],
  ): Promise<Row[]> {
    return await this.#run<Row>(this.#pool, text, values)
  }

  /**
   * Runs `body` in a transaction: committed when it returns, rolled back when it throws.
   * @throws What `body` throws; AppError `unavailable` when the server is lost on the way, in which
   * case the outcome of the commit is unknown.
   */
  async transaction<Result>(body: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw translated(error)
    })
    // Whatever makes a connection unfit to go back into the pool.
    let broken: Error | undefined
    const guarded = async <T>(statement: () => Promise<T>): Promise<T> => {
      // The transaction went with its connection, whoever caught the error: nothing may run after.
      if (broken !== undefined) throw broken
      try {
        return await statement()
      } catch (error) {
        if (isConnectionLost(error)) broken = error
        throw error
      }
    }
    const query: Queryable['query'] = async (text, values) =>
      await guarded(async () => await this.#run(client, text, values))
    try {
      await query('begin')
      const result = await body({ isTransaction: true, query })
      await guarded(async () => {
        await commit(client)
      })
      return result
    } catch (error) {
      // A lost connection takes its transaction along; asking it to roll back could only wait.
      if (broken === undefined) {
        await client.query('rollback').catch((failure: unknown) => {
          broken = failure as Error
        })
      }
      throw error
    } finally {
      client.release(broken)
    }
  }

  async #run<Row extends object>(
    target: pg.Pool | pg.PoolClient,
    text: string | { name: string; text: string },
    values?: readonly unknown[],
  ): Promise<Row[]> {
    try {
      const query = typeof text === 'string' ? { text } : text
      const result = await target.query<Row>({ ...query, values: values as unknown[] })
      return result.rows
    } catch (error) {
      if (isSilence(error)) this.#dropIdle()
      throw translated(error)
    }
  }

  /**
   * Where one connection went silent, the idle ones most likely did too. Finding that out of each
   * by waiting for an answer would hold up as many requests as there are connections.
   */
  #dropIdle(): void {
    for (const client of [...this.#idle]) {
      // The pool removes what reports an error, at once; the driver then waits for a goodbye.
      client.emit('error', new Error('Connection terminated: its neighbour went silent'))
      client.connection.stream.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }

  /** The driver's own pool, for libraries that want one. */
  get pool(): pg.Pool {
    return this.#pool
  }
}

/** @throws AppError `unavailable` when nobody knows whether it committed. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit').catch((error: unknown) => {
    throw translated(error)
  })
  // PostgreSQL answers the commit of a failed transaction with a quiet rollback.
  invariant(command === 'COMMIT', 'nobody swallows the error of a statement in a transaction')
}

/** The server said nothing in time: its own timeout would have answered before ours. */
const isSilence = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout'

/** Not refused by the server, which would still be there to roll back. */
const isConnectionLost = (error: unknown): error is AppError =>
  error instanceof AppError && !(error.cause instanceof pg.DatabaseError)

/** SQLSTATE classes and system errors that mean: not now, rather than: not like this. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string') {
    return /^(08|40001|40P01|53|57P0|58|XX001|XX002|55P03|57014|25006|25P03)|^(ECONN|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|EAI_)/.test(
      code,
    )
  }
  // The driver names these by message only.
  return /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|Client was closed/i.test(
    error.message,
  )
}

function translated(error: unknown): unknown {
  if (!isUnavailable(error)) return error
  return new AppError('unavailable', { retryAfterSeconds: 1, cause: error })
}

/**
 * True when the server could not even be reached, so that the statement certainly had no effect.
 * @param error What `query` threw.
 */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof AppError) || !(error.cause instanceof Error)) return false
  const { code } = error.cause as { code?: unknown }
  if (typeof code === 'string') return /^(ECONNREFUSED|ENOENT|57P03|53300)$/.test(code)
  return error.cause.message.includes('timeout exceeded when trying to connect')
}

/** True for a transaction that lost against another and may simply be run again. */
export const isSerializationConflict = (error: unknown): boolean =>
  error instanceof AppError &&
  error.cause instanceof pg.DatabaseError &&
  (error.cause.code === '40001' || error.cause.code === '40P01')

/** True when the server answered with an error: the statement had no effect. */
export const isRefusedByDatabase = (error: unknown): boolean => error instanceof pg.DatabaseError

/** The name of the constraint that refused, when one did. */
export const violatedConstraint = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError && error.code?.startsWith('23') ? error.constraint : undefined
