/**
 * Requests that arrive together: each on a connection of its own, sent but for the last byte, and
 * the last bytes when all the others are there.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'

export interface HeldRequest {
  /** Of the process to ask. */
  url: string
  method: string
  path: string
  headers?: Record<string, string>
  /** Sent as JSON. */
  body?: object
}

export interface HeldAnswer {
  status: number
  body: string
}

const ANSWER_MAX_MS = 30_000

/** @returns The answers in the order of the requests. Throws when one is not answered. */
export async function sendTogether(requests: readonly HeldRequest[]): Promise<HeldAnswer[]> {
  const held = await Promise.all(requests.map(async (request) => await sendButLastByte(request)))
  // Whoever answers this has read what came before it.
  for (const url of new Set(requests.map((request) => request.url))) await fetch(`${url}/livez`)
  for (const { socket } of held) assert.equal(socket.bytesRead, 0, 'nobody was answered yet')
  for (const { socket, lastByte } of held) socket.write(lastByte)
  return await Promise.all(held.map(async ({ answer }) => await answer))
}

interface Held {
  socket: Socket
  lastByte: string
  answer: Promise<HeldAnswer>
}

async function sendButLastByte(request: HeldRequest): Promise<Held> {
  const { hostname, port, host } = new URL(request.url)
  const body = request.body === undefined ? '' : JSON.stringify(request.body)
  const lines = [
    `${request.method} ${request.path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close',
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
    ...Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ]
  const text = `${lines.join('\r\n')}\r\n\r\n${body}`

  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  const answer = readAnswer(socket)
  await new Promise<void>((resolve) => {
    socket.write(text.slice(0, -1), () => {
      resolve()
    })
  })
  return { socket, lastByte: text.slice(-1), answer }
}

async function readAnswer(socket: Socket): Promise<HeldAnswer> {
  socket.setTimeout(ANSWER_MAX_MS, () => socket.destroy(new Error('there was no answer in time')))
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  const headEnd = text.indexOf('\r\n\r\n')
  assert.ok(headEnd > 0, 'there is an answer')
  return { status: Number(text.split(' ')[1]), body: text.slice(headEnd + 4) }
}
