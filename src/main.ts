/** The command line: `serve`, and what an operator does by hand. */
import { setTimeout as sleep } from 'node:timers/promises'
import { composeShop } from './compose.ts'
import { type Config, loadConfig } from './config.ts'
import { StartupError } from './kernel/startup-error.ts'

const USAGE = `Usage: boxoffice serve [--role all] [--host 127.0.0.1] [--port 3000] [--tls self-signed]

  --role   ${'all, or some of user,event,ticketing,admin,web,worker'}
  --tls    self-signed makes a certificate for trying HTTPS; or set TLS_CERT and TLS_KEY

The first admin: set ADMIN_EMAIL and ADMIN_PASSWORD for one start.`

/** Connections that may wait to be accepted, of the thousands that a sale begins with. */
const BACKLOG = 4_096
/** How long load balancers have to see at `/readyz` that they should send nothing more. */
const STOP_NOTICE_MS = 3_000
/** How long a stop may take before the process ends anyway. */
const STOP_MAX_MS = 15_000

async function main(args: readonly string[]): Promise<void> {
  const [command = 'serve', ...rest] = args
  if (command === 'help' || rest.includes('--help')) {
    console.log(USAGE)
    return
  }
  if (command !== 'serve') throw new StartupError(`There is no command ${command}.\n\n${USAGE}`)
  await serve(loadConfig(process.env, rest))
}

async function serve(config: Config): Promise<void> {
  for (const warning of config.warnings) console.warn(`Note: ${warning}`)
  const stopped = stopSignal()
  const shop = await composeShop(config)
  try {
    const address = await shop.http
      .listen({ host: config.host, port: config.port, backlog: BACKLOG })
      .catch((error: unknown) => {
        throw listenFault(error, config)
      })
    console.log(
      greeting(config, address.replace('//[::1]', '//localhost'), shop.paymentSimulatorUrl),
    )
    const signal = await stopped
    console.log(`\n${signal}: finishing what is running.`)
    shop.announceStop()
    if (config.isProduction) await sleep(STOP_NOTICE_MS)
    setTimeout(() => {
      console.error('Some requests did not finish in time.')
      process.exit(1)
    }, STOP_MAX_MS).unref()
  } finally {
    await shop[Symbol.asyncDispose]()
  }
  console.log('Stopped.')
}

/** Resolves with the first signal; a second one ends the process at once. */
async function stopSignal(): Promise<string> {
  return await new Promise((resolve) => {
    let asked = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1)
        asked = true
        resolve(signal)
      })
    }
  })
}

function listenFault(error: unknown, config: Config): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return new StartupError(
      `Port ${config.port} on ${config.host} is taken. Stop what uses it, or set PORT to another, such as PORT=${config.port + 1}.`,
    )
  }
  if (code === 'EACCES') {
    return new StartupError(`Port ${config.port} may not be used by this account; try PORT=3000.`)
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StartupError(`HOST=${config.host} is not an address of this machine.`)
  }
  return error
}

function greeting(config: Config, address: string, simulatorUrl: string | undefined): string {
  const lines = ['', `  Box Office is open:  ${address}`, '']
  if (config.roles.has('web')) {
    const document = config.isProduction ? '/api/v1/openapi.json' : '/docs'
    lines.push(`  API documentation    ${address}${document}`)
    if (!config.isProduction) lines.push(`  Mails it would send  ${address}/mailbox`)
  }
  if (simulatorUrl !== undefined) lines.push(`  Payments, simulated  ${simulatorUrl}`)
  if (config.databaseUrl === undefined) lines.push(`  Data                 ${config.dataDir}`)
  if (config.sampleData) {
    lines.push(
      '',
      '  Sample accounts, with these passwords:',
      '    alice@example.com   alice-likes-rock      buys',
      '    bob@events.com      bob-books-bands       organizes',
      '    carol@admin.com     carol-keeps-order     looks after both',
    )
  }
  return [...lines, '', '  Ctrl-C stops it.', ''].join('\n')
}

try {
  await main(process.argv.slice(2))
  // What still runs now has nothing left to do.
  process.exit(0)
} catch (error) {
  console.error(error instanceof StartupError ? `\n${error.message}\n` : error)
  process.exit(1)
}
