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
import type { HttpApp } from './platform/http/server.ts'
import { type PaymentProvider, stripePayments } from './platform/payments.ts'
import type { Database } from './platform/postgres.ts'
import type { Resources } from './platform/resources.ts'
import type { SigningKeys } from './platform/signing-keys.ts'
import { WEBHOOK_PATH } from './services/payment/service.ts'
import { readShopId } from './services/payment/shop.sql.ts'
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
  db: Database
  /** Where the provider tells what happened; undefined until the shop listens. */
  webhookUrl: () => string | undefined
  /** What a test puts around it. */
  aroundProvider?: (provider: PaymentProvider) => PaymentProvider
}

const SIMULATOR_METHOD = 'pm_card_visa'
const FOLDER = 'payment-simulator'
const ADDRESS_FILE = 'payment-simulator-address'
const JOIN_EVERY_MS = 100
const JOIN_TRIES_MAX = 50

/** @throws StartupError when the simulator cannot start and none is there to be joined. */
export async function openPaymentProvider(options: ProviderOptions): Promise<OpenProvider> {
  const { config, signingKeys } = options
  const own = simulatorSecrets(signingKeys)
  const secretKey = config.payments.secretKey ?? own.secretKey
  const webhookSecret = config.payments.webhookSecret ?? own.webhookSecret

  const { apiUrl } = config.payments
  const isSimulated = config.payments.isSimulated
  const needsSimulator = isSimulated && apiUrl === undefined
  const url =
    needsSimulator || config.roles.has('payment-simulator')
      ? await openSimulator(options, { secretKey, webhookSecret })
      : undefined
  const provider = stripePayments({
    apiUrl: apiUrl ?? url,
    secretKey,
    webhookSecret,
    shopId: await readShopId(options.db),
    returnUrl: (orderId) => `${config.publicUrl}/checkout/${orderId}/return`,
  })
  return {
    provider: options.aroundProvider?.(provider) ?? provider,
    defaultPaymentMethod: isSimulated ? SIMULATOR_METHOD : undefined,
    simulatorUrl: url,
  }
}

/** Processes that share the signing key share these as well, and nobody has to set them. */
export function simulatorSecrets(signingKeys: SigningKeys): {
  secretKey: string
  webhookSecret: string
} {
  const secret = (purpose: string) => signingKeys.deriveSecret(purpose).toString('hex')
  return {
    secretKey: `sk_test_${secret('payment simulator key')}`,
    webhookSecret: `whsec_${secret('payment simulator webhooks')}`,
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

/** Where our own simulator reaches us; undefined while nobody listens, or by TLS of our own making. */
export function webhookUrlOf(http: HttpApp, isTls: boolean): string | undefined {
  const address = http.server.address()
  if (isTls || address === null || typeof address === 'string') return undefined
  const host = ['0.0.0.0', '::'].includes(address.address) ? '127.0.0.1' : address.address
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}${WEBHOOK_PATH}`
}
