/**
 * Nothing but `node:http`, answering the bytes of a listing to whatever is asked: the most that a
 * server in Node can do. Settings: LISTING_FILE.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const body = readFileSync(process.env['LISTING_FILE'] ?? '')
const headers = {
  'Content-Type': 'application/json; charset=utf-8',
  'Content-Length': body.length,
}
const server = createServer((_request, response) => {
  response.writeHead(200, headers)
  response.end(body)
})
server.listen(0, '127.0.0.1', () => {
  console.log(`The listing is open: http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
