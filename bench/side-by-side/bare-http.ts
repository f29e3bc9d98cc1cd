/**
 * Nothing but `node:http`, answering the same bytes to whatever is asked: the most that a server in
 * Node can do. Settings: BODY_FILE, BODY_TYPE.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const body = readFileSync(process.env['BODY_FILE'] ?? '')
const headers = {
  'Content-Type': process.env['BODY_TYPE'] ?? '',
  'Content-Length': body.length,
}
const server = createServer((_request, response) => {
  response.writeHead(200, headers)
  response.end(body)
})
server.listen(0, '127.0.0.1', () => {
  console.log(`It is open: http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
