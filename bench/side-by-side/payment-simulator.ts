/**
 * The payment simulator as a process of its own, the same for everybody who sells. Settings:
 * DATA_DIR, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, WEBHOOK_URL.
 */
import { pino } from 'pino'
import { startPaymentSimulator } from '../../src/services/payment-simulator/service.ts'

const { DATA_DIR = '', WEBHOOK_URL = '' } = process.env
const { STRIPE_SECRET_KEY = '', STRIPE_WEBHOOK_SECRET = '' } = process.env

const { url } = await startPaymentSimulator({
  folder: DATA_DIR,
  host: '127.0.0.1',
  port: 0,
  secretKey: STRIPE_SECRET_KEY,
  webhook: { secret: STRIPE_WEBHOOK_SECRET, url: () => WEBHOOK_URL },
  logger: pino({ level: 'warn' }),
})
console.log(`The payment simulator is open: ${url}`)
