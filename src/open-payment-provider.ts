/**
 * Opens the payment provider that the settings name. Without any, that is the payment simulator: this
 * process runs it, unless another one on the same DATA_DIR does already and it is joined.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { StartupError } from './kernel/startup-error.ts'
import { type PaymentProvider, stripePayments } from './platform/payments.ts'
import type { Resources } from './platform/resources.ts'
import type { SigningKeys } from './platform/signing-keys.ts'
import { startPaymentSimulator } from './services/payment-simulator/service.ts'

export interface OpenProvider {
  provider: PaymentProvider
  /** How an order is paid that names no way to; undefined where buyers have to say. */
  defaultPaymentMethod: string | undefined
  /** Where the simulator of this process listens. */
  simulatorUrl: string | undefined
}

export interface ProviderOptions {
  config: Config
  signingKeys: SigningKeys
  opening: Resources
  logger: Logger
  /** Where the provider tells what happened; undefined until the shop listens. */
  webhookUrl: () => string | undefined
  /** What a test puts in the place of them all. */
  replacement?: PaymentProvider | undefined
}

const SIMULATOR_METHOD = 'pm_card_visa'
const FOLDER = 'payment-simulator'
const ADDRESS_FILE = 'payment-simulator-address'
const JOIN_EVERY_MS = 100
const JOIN_TRIES_MAX = 50

/** @throws StartupError when the simulator cannot start and none is there to be joined. */
export async function openPaymentProvider(options: ProviderOptions): Promise<OpenProvider> {
  const { config, signingKeys, replacement } = options
  if (replacement !== undefined) {
    return {
      provider: replacement,
      defaultPaymentMethod: SIMULATOR_METHOD,
      simulatorUrl: undefined,
    }
  }
  // Processes that share the signing key share these as well, and nobody has to set them.
  const secret = (purpose: string) => signingKeys.deriveSecret(purpose).toString('hex')
  const secretKey = config.payments.secretKey ?? `sk_test_${secret('payment simulator key')}`
  const webhookSecret = config.payments.webhookSecret ?? `whsec_${secret('payment simulator webhooks')}` // prettier-ignore

  const { apiUrl } = config.payments
  const isSimulated = config.payments.isSimulated
  const needsSimulator = isSimulated && apiUrl === undefined
  const url =
    needsSimulator || config.roles.has('payment-simulator')
      ? await openSimulator(options, { secretKey, webhookSecret })
      : undefined
  return {
    provider: stripePayments({ apiUrl: apiUrl ?? url, secretKey, webhookSecret }),
    defaultPaymentMethod: isSimulated ? SIMULATOR_METHOD : undefined,
    simulatorUrl: url,
  }
}

async function openSimulator(
  options: ProviderOptions,
  secrets: { secretKey: string; webhookSecret: string },
): Promise<string> {
  const { config, opening, logger } = options
  const addressFile = join(config.dataDir, ADDRESS_FILE)
  try {
    const simulator = await startPaymentSimulator({
      folder: join(config.dataDir, FOLDER),
      host: config.host,
      port: config.payments.simulatorPort,
      secretKey: secrets.secretKey,
      webhook: {
        secret: secrets.webhookSecret,
        url: () => config.payments.webhookUrl ?? options.webhookUrl(),
      },
      logger,
    })
    opening.use(simulator)
    await writeFile(addressFile, simulator.url)
    return simulator.url
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    return await joinSimulator(addressFile, error)
  }
}

/** @throws `fault` when nobody is there: the folder is somebody else's. */
async function joinSimulator(addressFile: string, fault: StartupError): Promise<string> {
  // The other one may be starting at this moment.
  for (let attempt = 1; attempt <= JOIN_TRIES_MAX; attempt += 1) {
    const url = await readFile(addressFile, 'utf8').catch(() => undefined)
    if (url !== undefined && (await answers(url))) return url
    await sleep(JOIN_EVERY_MS)
  }
  throw fault
}

/** Whether somebody is there. */
async function answers(url: string): Promise<boolean> {
  return await fetch(`${url}/v1/payment_intents/pi_none`, { signal: AbortSignal.timeout(1_000) })
    .then(() => true)
    .catch(() => false)
}
