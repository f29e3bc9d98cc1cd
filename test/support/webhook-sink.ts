/** Whoever webhooks are sent to in a test: it takes them, or does not. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import Stripe from 'stripe'
import { WEBHOOK_SECRET } from './payment-simulator.ts'

export interface WebhookCall {
  /** As the official client reads it; undefined when the signature is not right. */
  event: Stripe.Event | undefined
  type: string
  /** Status that it was answered with. */
  answered: number
}

export interface WebhookSink extends AsyncDisposable {
  url: string
  calls: WebhookCall[]
  /** How many connections there ever were. */
  connections: () => number
  /** What the next ones are answered with. */
  answer: (status: number) => void
}

/** @param port A free one when it is left out. */
export async function openWebhookSink(port = 0): Promise<WebhookSink> {
  const { webhooks } = new Stripe('sk_test_unused')
  const calls: WebhookCall[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  let status = 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      const body = Buffer.concat(chunks)
      const { type } = JSON.parse(body.toString()) as { type: string }
      let event: Stripe.Event | undefined
      try {
        const signature = String(request.headers['stripe-signature'])
        event = webhooks.constructEvent(body, signature, WEBHOOK_SECRET)
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw error
      }
      const answered = event === undefined ? 400 : status
      calls.push({ event, type, answered })
      response.writeHead(answered).end()
    })
  })
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    calls,
    connections: () => connections,
    answer: (next) => {
      status = next
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
