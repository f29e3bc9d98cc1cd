/**
 * A real provider of OpenID Connect as a process of its own. It prints its issuer at once and answers
 * 503 until it is told, by a line of JSON on its input, which clients it has: a shop has to know
 * the issuer before it knows where itself is. It ends with whoever started it.
 */
import { once } from 'node:events'
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { Provider } from 'oidc-provider'
import type { ProviderClient, ProviderPerson } from './openid-provider.ts'

let answer: RequestListener = (_request, response) => {
  response.writeHead(503).end()
}
const server = createServer((request, response) => {
  answer(request, response)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
console.log(issuer)

process.on('SIGINT', () => undefined)
for await (const line of createInterface({ input: process.stdin })) {
  const { clients, people } = JSON.parse(line) as {
    clients: ProviderClient[]
    people: ProviderPerson[]
  }
  answer = providerOf(clients, new Map(people.map((person) => [person.login, person])))
}
server.closeAllConnections()
server.close()

function providerOf(
  clients: ProviderClient[],
  people: ReadonlyMap<string, ProviderPerson>,
): RequestListener {
  const provider = new Provider(issuer, {
    clients: clients.map(({ id, secret, redirectUri }) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: [redirectUri],
    })),
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context, sub) => {
      const person = people.get(sub)
      if (person === undefined) return undefined
      const { email, isVerified, name } = person
      return {
        accountId: sub,
        claims: () => ({ sub, email, email_verified: isVerified, name }),
      }
    },
    // Nobody is asked whether they agree: what is tested is the shop.
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({
        accountId: context.oidc.session?.accountId ?? '',
        clientId: context.oidc.client?.clientId ?? '',
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  const handle = provider.callback()
  return (request, response) => {
    void handle(request, response)
  }
}
