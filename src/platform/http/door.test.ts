import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createDoorway } from './door.ts'

test('who is answered before the hooks saw them, as when something throws, is not counted on', async () => {
  const counts: number[] = []
  const doorway = createDoorway({
    ...{ method: 'POST', path: '/orders' },
    isClosed: (coming) => {
      counts.push(coming)
      return false
    },
    retryAfterSeconds: () => 1,
    onTurnedAway: () => undefined,
  })
  const server = createServer(
    doorway.before((_request, response) => {
      response.writeHead(500).end()
    }),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (let n = 0; n < 3; n += 1) {
    await (await fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST' })).text()
  }
  server.close()
  assert.deepEqual(counts, [0, 0, 0])
})
