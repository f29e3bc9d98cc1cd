/** Where the provider tells us what happened. Kept on disk before it is acknowledged. */
import { Type } from 'typebox'
import type { PaymentProvider, ProviderMessage } from '../../platform/payments.ts'
import type { HttpApp } from '../../platform/http/server.ts'

export const WEBHOOK_PATH = '/api/v1/webhooks/payments'
const BODY_BYTES_MAX = 256 * 1024

export function webhookRoutes(
  app: HttpApp,
  deps: {
    provider: PaymentProvider
    keep: (message: ProviderMessage) => Promise<void>
    onMessage: () => void
  },
): void {
  void app.register((scope, _options, done) => {
    // The signature is over the bytes as they came.
    scope.removeContentTypeParser('application/json')
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
      (_request, body, parsed) => {
        parsed(null, body)
      },
    )
    scope.post(
      WEBHOOK_PATH,
      {
        config: { access: 'public' },
        bodyLimit: BODY_BYTES_MAX,
        schema: {
          summary: 'For the payment provider: what happened to a payment',
          tags: ['payments'],
          response: { 200: Type.Object({ received: Type.Boolean() }) },
        },
      },
      async (request) => {
        const signature = request.headers['stripe-signature']
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const message = deps.provider.readWebhook(
          body,
          typeof signature === 'string' ? signature : undefined,
        )
        if (message.isOurs) {
          await deps.keep(message)
          deps.onMessage()
        }
        return { received: true }
      },
    )
    done()
  })
}
