/** The rehearsal from its preparation to its verdict. */
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { Database } from '../../src/platform/postgres.ts'
import { Resources } from '../../src/platform/resources.ts'
import { type SigningKeys, parseSigningKeys } from '../../src/platform/signing-keys.ts'
import { type Accounts, createAccounts, registerAccounts } from './accounts.ts'
import { createApi } from './api.ts'
import { type Books, readBooks } from './audit.sql.ts'
import { awaitMail } from './await-mail.ts'
import type { Check } from './check.ts'
import { checkBooks } from './check-books.ts'
import { checkMoney } from './check-money.ts'
import { type Sale, checkAnswers, checkPromises } from './check-promises.ts'
import { checkRefusals } from './check-refusals.ts'
import { connectClient } from './client.ts'
import { planCrowd } from './crowd.ts'
import { createCounter } from './figures.ts'
import type { Entry } from './ledger.ts'
import { MAX_PER_USER, type Options } from './options.ts'
import { watchProcessors } from './processors.ts'
import { number, showProgress } from './progress.ts'
import { type ProviderBooks, readProvider } from './provider.ts'
import { type Measures, type Report, printFigures, reportJson } from './report.ts'
import { sellAgain } from './resale.ts'
import { runRush } from './rush.ts'
import { openSale } from './sale.ts'
import { startOwnShop } from './shop.ts'
import type { Terminal } from './terminal.ts'
import { judge, printChecks } from './verdict.ts'
import { letBuyersIn } from './waiting-buyers.ts'
import { WRONG_REQUESTS, createWire } from './wire.ts'

const REQUEST_TIMEOUT_MS = 10_000
/** By then, whatever was sent and not answered has had its effect or never will. */
const SETTLE_MS = 12_000
const AUDIT_STATEMENT_MS = 120_000
/** Few: the audit reads alone. */
const AUDIT_CONNECTIONS = 2

/** Everything that the audit needs and a test may damage. */
export interface Rehearsal extends Report {
  sale: Sale
}

export interface Surroundings {
  terminal: Terminal
  /** Stops the crowd; what happened is audited all the same. */
  stop: AbortController
}

export async function rehearse(options: Options, around: Surroundings): Promise<Rehearsal> {
  const resources = new Resources()
  try {
    return await rehearseWith(options, around, resources)
  } finally {
    await resources[Symbol.asyncDispose]()
  }
}

async function rehearseWith(
  options: Options,
  { terminal, stop }: Surroundings,
  resources: Resources,
): Promise<Rehearsal> {
  terminal.print(`\n  Box Office: the dress rehearsal of an on-sale · seed ${options.seed}\n`)
  const shop = await openShop(options, { terminal, stop }, resources)
  const { url, db } = shop
  await db?.query('select 1').catch((error: unknown) => {
    throw new StartupError('The database at DATABASE_URL cannot be reached.', { cause: error })
  })
  const api = createApi(url)
  terminal.print(`  shop     ${url.origin}${options.url === undefined ? ', a process of its own, on a database of its own' : ''}`) // prettier-ignore
  const accounts: Accounts =
    db === undefined
      ? await registerAccounts(api, options.buyers)
      : await createAccounts({ db, api, keys: shop.keys, buyers: options.buyers })
  const plan = planCrowd({
    ...options,
    maxPerUser: MAX_PER_USER,
    wrongKinds: WRONG_REQUESTS.length,
  })
  const arrivalSeconds = (plan.at(-1)?.atMs ?? 0) / 1000
  terminal.print(`  crowd    ${number(options.buyers)} buyers, ${number(options.requests)} requests within ${arrivalSeconds.toFixed(0)} s`) // prettier-ignore

  const client = await connectClient({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || '80'),
    connections: options.connections,
    timeoutMs: REQUEST_TIMEOUT_MS,
  })
  resources.defer(() => {
    client.close()
    return Promise.resolve()
  })
  const tokens = accounts.buyers.map((buyer) => buyer.token)
  if (!options.isCold) {
    terminal.print(`  doors    the buyers come in, signed in, and look at their tickets`)
    await letBuyersIn({ client, authority: url.host, tokens, stop: stop.signal })
  }
  const { sale, opensAt } = await openSale({
    api,
    organizer: accounts.organizer,
    tickets: options.tickets,
    db,
  })
  terminal.print(`  event    ${number(options.tickets)} tickets, at most ${MAX_PER_USER} for each buyer\n`) // prettier-ignore

  const ledger: Entry[] = []
  const counter = createCounter()
  const { figures } = counter
  const progress = showProgress({ terminal, figures, tickets: options.tickets, opensAt })
  const processorsOf = await watchProcessors(url)
  const rush = {
    buyers: accounts.buyers.map((buyer) => buyer.userId),
    client,
    wire: createWire({
      authority: url.host,
      eventId: sale.eventId,
      tokens,
    }),
    ledger,
    counter,
    opensAt,
    stop: stop.signal,
  }
  await runRush({ ...rush, plan })
  if (db !== undefined) await sellAgain(db, sale, rush)
  progress.stop()
  const answerSeconds = (performance.now() - opensAt) / 1000
  const isWhole = !stop.signal.aborted
  const measures: Measures = {
    arrivalSeconds: Math.min(arrivalSeconds, answerSeconds),
    answerSeconds,
    processors: await processorsOf(),
    mailSeconds: undefined,
  }
  terminal.print('')
  if (!isWhole) terminal.print('  Stopped early. The audit is of what happened until then.\n')

  let books: Books | undefined
  let provider: ProviderBooks | undefined
  if (db !== undefined) {
    if (ledger.some((entry) => entry.outcome.kind === 'unknown')) {
      terminal.print('  Waiting for what was not answered to come to rest.\n')
      await sleep(SETTLE_MS)
    }
    if (isWhole) measures.mailSeconds = await awaitMail(db, sale, { terminal, stop: stop.signal })
    books = await readBooks(db, sale.eventId)
    if (shop.providerUrl !== undefined)
      provider = await readProvider(shop.providerUrl, sale.eventId)
  }
  const mailIsDue = !stop.signal.aborted
  const checks = [
    ...checkAll({ ledger, books, provider, sale, isWhole, mailIsDue }),
    ...(options.url === undefined ? [shopStayed(shop.hasEnded())] : []),
  ]
  const verdict = judge(checks, books)
  const report: Report = { options, figures, measures, books, provider, ledger, checks, verdict }
  printFigures(terminal, report)
  terminal.print('')
  printChecks(terminal, checks)
  terminal.print(
    `\n  ${(verdict.exitCode === 0 ? terminal.good : terminal.bad)(verdict.summary)}\n`,
  )
  if (options.jsonPath !== undefined) await writeFile(options.jsonPath, reportJson(report))
  return { ...report, sale }
}

/** @param input.books Undefined leaves out what cannot be told without them; so does `provider`. */
export function checkAll(input: {
  ledger: readonly Entry[]
  books: Books | undefined
  provider: ProviderBooks | undefined
  sale: Sale
  isWhole: boolean
  mailIsDue: boolean
}): Check[] {
  const { ledger, books, provider, sale, isWhole, mailIsDue } = input
  const answers = checkAnswers(ledger)
  if (books === undefined) return answers
  return [
    ...checkBooks(books, { mailIsDue }),
    ...checkMoney(ledger, books, provider),
    ...checkPromises(ledger, books, sale),
    ...checkRefusals(ledger, books, { sale, isWhole }),
    ...answers,
  ]
}

const shopStayed = (hasEnded: boolean): Check => ({
  id: 'shop_stayed',
  claim: 'The shop ran to the end',
  examined: '1 process',
  faults: hasEnded ? ['it ended by itself'] : [],
})

interface OpenShop {
  url: URL
  db: Database | undefined
  keys: SigningKeys | undefined
  /** Of the payment simulator. */
  providerUrl: string | undefined
  hasEnded: () => boolean
}

async function openShop(
  options: Options,
  { terminal, stop }: Surroundings,
  resources: Resources,
): Promise<OpenShop> {
  const databaseOf = (connectionString: string) =>
    resources.use(
      new Database({
        connection: { connectionString },
        name: 'onsale',
        connectionsMax: AUDIT_CONNECTIONS,
        statementTimeoutMs: AUDIT_STATEMENT_MS,
      }),
    )
  if (options.url !== undefined) {
    const { url, databaseUrl, authKey, providerUrl } = options
    return {
      url,
      db: databaseUrl === undefined ? undefined : databaseOf(databaseUrl),
      keys: authKey === undefined ? undefined : parseSigningKeys(authKey, 'AUTH_KEY'),
      providerUrl,
      hasEnded: () => false,
    }
  }
  const shop = resources.use(await startOwnShop())
  let isOver = false
  let hasEnded = false
  resources.defer(() => {
    isOver = true
    return Promise.resolve()
  })
  void shop.ended.then((lastWords) => {
    if (isOver) return
    hasEnded = true
    terminal.print(`  The shop ended by itself.\n${lastWords}`)
    stop.abort()
  })
  const { url, databaseUrl, keys, providerUrl } = shop
  return { url, db: databaseOf(databaseUrl), keys, providerUrl, hasEnded: () => hasEnded }
}
