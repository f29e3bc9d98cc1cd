/** A payment simulator for a test: in the test's process, or in one of its own that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import Stripe from 'stripe'
import { programArguments } from '../../bench/program.ts'
import { startPaymentSimulator } from '../../src/services/payment-simulator/service.ts'
import { testSeed } from './random.ts'

export const SECRET_KEY = 'sk_test_of_the_payment_simulator'
export const WEBHOOK_SECRET = 'whsec_of_the_payment_simulator'

export interface SimulatorSettings {
  /** Kept; without it, a temporary one that is removed. */
  folder?: string
  port?: number
  /** Where webhooks go; without it, nowhere. */
  webhookUrl?: string
  seed?: number
  /** What clients show, and what webhooks are signed with, when not those above. */
  secretKey?: string
  webhookSecret?: string
}

export interface TestSimulator extends AsyncDisposable {
  url: string
  folder: string
  /** The official client, without retries of its own but the one that it always does. */
  stripe: Stripe
}

/** Starts one in this process, on a free port of the loopback. */
export async function startTestSimulator(settings: SimulatorSettings = {}): Promise<TestSimulator> {
  const folder = settings.folder ?? (await mkdtemp(join(tmpdir(), 'payment-simulator-')))
  const simulator = await startPaymentSimulator({
    folder,
    host: '127.0.0.1',
    port: settings.port ?? 0,
    secretKey: settings.secretKey ?? SECRET_KEY,
    webhook: { secret: settings.webhookSecret ?? WEBHOOK_SECRET, url: () => settings.webhookUrl },
    logger: pino({ level: 'silent' }),
    seed: settings.seed ?? testSeed(),
  })
  return {
    url: simulator.url,
    folder,
    stripe: stripeAt(simulator.url),
    async [Symbol.asyncDispose]() {
      await simulator[Symbol.asyncDispose]()
      if (settings.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface SimulatorProcess extends AsyncDisposable {
  url: string
  pid: number
  /** SIGKILL, and wait until it is gone. */
  kill: () => Promise<void>
}

/**
 * Starts one as a process of its own, which ends with this one at the latest.
 * @param through A command that becomes the command that follows it, as `env` does.
 */
export async function startSimulatorProcess(
  settings: SimulatorSettings & { folder: string },
  through: readonly string[] = [],
): Promise<SimulatorProcess> {
  const program = programArguments('test/support/payment-simulator-process')
  const command = [...through, process.execPath, ...program, JSON.stringify(settings)]
  const child = spawn(command[0] as string, command.slice(1), {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => {
      reject(new Error(`the payment simulator ended with ${code ?? 'a signal'}`))
    })
  })
  return {
    url,
    pid: child.pid as number,
    kill: async () => {
      await end(child, 'SIGKILL')
    },
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGTERM')
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

/** The official client, pointed at a simulator. */
export function stripeAt(url: string, options: { timeout?: number; key?: string } = {}): Stripe {
  const { hostname, port } = new URL(url)
  return new Stripe(options.key ?? SECRET_KEY, {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
  })
}

export interface BooksOfSimulator {
  captures: {
    charge: string
    payment_intent: string
    order_id: string | null
    amount: number
    amount_refunded: number
    currency: string
  }[]
  refunds: {
    refund: string
    charge: string
    payment_intent: string
    order_id: string | null
    metadata: Record<string, string>
    amount: number
    currency: string
    status: 'succeeded' | 'pending' | 'failed'
  }[]
}

/** What the simulator has written down, for comparing with what the shop has. */
export async function readSimulatorBooks(url: string): Promise<BooksOfSimulator> {
  return (await (await fetch(`${url}/control/ledger`)).json()) as BooksOfSimulator
}

/** Adds rules of trouble; see `docs/payment-simulator.md`. */
export async function makeTrouble(url: string, ...rules: object[]): Promise<void> {
  const answer = await fetch(`${url}/control/faults`, {
    method: 'POST',
    body: JSON.stringify({ rules }),
  })
  if (answer.status !== 200) throw new Error(await answer.text())
}

export async function endTrouble(url: string): Promise<void> {
  await fetch(`${url}/control/faults`, { method: 'DELETE' })
}

/** An error of the official client, for looking at what it made of an answer. */
export async function refusalOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('it was not refused')
}

/** Of an order, as the shop makes it. */
export const CARD_INTENT = {
  amount: 7_550,
  currency: 'eur',
  payment_method_types: ['card'],
  metadata: { order_id: '7' },
}
