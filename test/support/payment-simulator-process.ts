/**
 * A payment simulator as a process of its own, so that it outlives whatever a test kills. It prints
 * its URL, and ends on SIGTERM or with whoever started it.
 * By hand: `node --import tsx test/support/payment-simulator-process.ts '{"port":4242,"folder":"data/payments"}'`.
 */
import { once } from 'node:events'
import { type SimulatorSettings, startTestSimulator } from './payment-simulator.ts'

const settings = JSON.parse(process.argv[2] ?? '{}') as SimulatorSettings
const simulator = await startTestSimulator(settings)
console.log(simulator.url)

process.on('SIGINT', () => undefined)
process.stdin.resume()
await Promise.race([once(process.stdin, 'end'), once(process, 'SIGTERM')])
process.stdin.destroy()
await simulator[Symbol.asyncDispose]()
