/**
 * What a fault is to the checker. A fault breaks something while the shop sells, mends it again and
 * says when; the checker looks after the load, the ledgers, the snapshots and the verdict. Each
 * fault gets a stage of its own: a fresh database, fresh processes, a fresh crowd.
 */
import type { Random } from '../../bench/onsale/random.ts'
import type { Database } from '../../src/platform/postgres.ts'

export interface Fault {
  /** Its number in docs/invariants.md, e.g. `F1`. */
  readonly id: string
  /** What is broken, in a few words: `the API is killed`. */
  readonly title: string
  /** How its stage differs from the usual one. */
  readonly stage?: StageOptions
  /** How long a full run of it takes, 30 when not given. */
  readonly seconds?: number
  /** How many strikes make a full run; `seconds` is then only how long they may take. */
  readonly strikes?: number
  /** What nobody could promise under this fault. */
  readonly concessions?: Concessions
  /**
   * Breaks and mends until `context.signal` is aborted, or until it has struck `context.strikes`
   * times. Mends everything before it returns, also when the signal comes in the middle; what it
   * leaves broken makes the run violated, because the sale does not go on.
   * @throws When it could not break what it meant to; that makes the run invalid.
   */
  run: (context: FaultContext) => Promise<void>
}

/** Makes a fault anew for each run, so that it may keep what it opened in its closure. */
export type FaultMaker = () => Fault

export interface Concessions {
  /** A mail may arrive more than once: the worker, the database or the mail server was hit. */
  mailsMayRepeat?: boolean
  /** This fault's own jobs that end as dead letters, as `consumer/effect id`. Asked at the end. */
  deadLetters?: () => readonly string[]
  /** A request may get no answer at all in time: whoever should answer is frozen. */
  requestsMayHang?: boolean
  /** How long a mail may take after its order; 60 seconds after healing when not given. */
  mailDelaySeconds?: number
  /** How many mails may take longer than that. Asked at the end. */
  lateMails?: () => number
  /** How long from healing to the first sale, in seconds; 15 when not given. */
  recoverySeconds?: number
  /**
   * How long a hold may outlive its end, in seconds of the database; 5 when not given. Nobody can
   * give it back while there is nobody, or no database.
   */
  expirySeconds?: number
  /** How long all that was begun may take to end, in seconds; 60 when not given. */
  restSeconds?: number
}

export interface StageOptions {
  /** Processes that serve the API, 2 when not given. */
  shops?: number
  /** What runs instead of the shop, from the package's folder. */
  program?: string
  /** Processes of the worker role, 1 when not given. */
  workers?: number
  /** More settings for every process of the shop. */
  shopEnvironment?: Record<string, string>
  /** More environment for one process, by its name such as `shop 2` or `worker 1`. */
  environmentOf?: (name: string) => Record<string, string>
  /** More settings for the workers alone. */
  workerEnvironment?: Record<string, string>
  /** Overrides of PostgreSQL's settings. */
  databaseSettings?: Record<string, string>
  /** More environment for PostgreSQL's programs, e.g. LD_PRELOAD. */
  databaseEnvironment?: Record<string, string>
  /**
   * Where the database keeps its files instead of a temporary folder, e.g. a small tmpfs. The folder
   * must be there, empty, and open to PostgreSQL's user. Disposed of after the stage.
   */
  databaseFolder?: () => Promise<{ path: string } & AsyncDisposable>
  /** Stands between all processes of the shop and the database. The checker itself goes past it. */
  between?: (database: DatabaseHandle) => Promise<{ databaseUrl: string } & AsyncDisposable>
  /** Runs on the migrated database before the sale, e.g. to take a protection away. */
  prepareDatabase?: (db: Database) => Promise<void>
}

export interface FaultContext {
  /** This fault's own stream of chance: the same seed draws the same. */
  readonly random: Random
  /** Aborted when the time of the run is over. */
  readonly signal: AbortSignal
  /** How many times to strike; undefined is as often as the time allows. */
  readonly strikes: number | undefined
  readonly stage: Stage
  /** Records a fault that truly happened; a run without any is invalid. Words for the report. */
  landed: (what: string) => void
  /**
   * Says that all is mended: the next sale must come within the time of recovery.
   * @param shop Where it must come from; undefined is any.
   */
  healed: (shop?: ProcessHandle) => void
  /** Waits; resolves early when the signal is aborted. */
  pause: (ms: number) => Promise<void>
  /** Resolves when the next order is confirmed from now, or when the signal is aborted. */
  nextSale: () => Promise<void>
}

/** What a fault can lay its hands on. */
export interface Stage {
  /** Serve everything but the worker role; each keeps its port over restarts. */
  readonly shops: readonly ProcessHandle[]
  readonly workers: readonly ProcessHandle[]
  readonly database: DatabaseHandle
  readonly mail: MailHandle
  readonly provider: ProviderHandle
  /** A folder for whatever the fault has to write. */
  readonly folder: string
}

export interface ProcessHandle {
  /** `shop 1`, `worker 2`. */
  readonly name: string
  /** The same over restarts. */
  readonly url: string
  /** Now; undefined while it does not run. */
  readonly pid: number | undefined
  /** Whether it runs: it may have killed itself. */
  isAlive: () => boolean
  /** SIGKILL, and wait until it is gone. */
  kill: () => Promise<void>
  /** Starts it again after a kill, and waits until it serves. */
  start: () => Promise<void>
  /** SIGSTOP */
  freeze: () => void
  /** SIGCONT */
  thaw: () => void
  /** What it printed so far, over all starts. */
  output: () => string
}

export interface DatabaseHandle {
  /** For `pg`: a unix socket, past every proxy. */
  readonly connection: { host: string; port: number; user: string; database: string }
  /** The same for `DATABASE_URL`. */
  readonly url: string
  /** The checker's own connections, past every proxy. */
  readonly db: Database
  /** Its cluster is `postgres` in here. */
  readonly folder: string
  /** The postmaster's process id; it changes with every restart. */
  readonly pid: () => number
  /**
   * Sends the postmaster a signal that ends it (SIGKILL, or SIGQUIT for an immediate stop) and waits
   * until it has been started again and takes connections.
   */
  endPostmaster: (signal: 'SIGKILL' | 'SIGQUIT') => Promise<void>
  /** Process ids of the shop's sessions, by their name such as `purchases`, `jobs` or `main`. */
  sessions: (name?: string) => Promise<number[]>
}

/** The mail server, a process that outlives every kill. */
export interface MailHandle {
  /** `SMTP_URL` of the workers. */
  readonly url: string
  readonly pid: number
  /**
   * From now on the server neither takes nor refuses a mail of this Message-ID.
   * @param onArrival Called whenever one comes, with the name of the worker that sends it.
   */
  hold: (messageId: string, onArrival: (worker: string) => void) => void
  /** Takes what is held, and what comes later. */
  letGo: (messageId: string) => void
}

/** The payment provider, a process that outlives every kill. */
export interface ProviderHandle {
  readonly url: string
  /** Adds rules of trouble; see the payment simulator. */
  makeTrouble: (...rules: object[]) => Promise<void>
  /** Ends all trouble. */
  endTrouble: () => Promise<void>
  /** How often the rules that there are have struck. */
  troubles: () => Promise<number>
}
