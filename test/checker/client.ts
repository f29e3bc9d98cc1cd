/** One request over HTTP, with whatever may become of it. */
import { Agent, request } from 'node:http'
import { outcomeOf } from '../../bench/onsale/ledger.ts'
import type { Answer } from './ledger.ts'

/** Longer than the shop itself gives a purchase, with what it waits for and looks for. */
const TIMEOUT_MS = 25_000

export interface Client {
  /** Places an order. Never rejects: what was lost is an outcome too. */
  post: (url: string, token: string, body: object, key?: string) => Promise<Answer>
  /** Never rejects. An empty token is nobody's. */
  ask: (
    method: 'GET' | 'PATCH' | 'POST' | 'DELETE',
    url: string,
    token: string,
    body?: object,
  ) => Promise<Told>
  close: () => void
}

/** What came back: `status` is 0 when nothing did, and `why` says what happened. */
export interface Told {
  status: number
  body: string
  contentType: string | undefined
  why: 'timeout' | 'connection' | undefined
}

interface Raw {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** What an order may be answered with: placed, held, and placed without a verdict yet. */
const PLACED = [200, 201, 202]

export function createClient(): Client {
  const agent = new Agent({ keepAlive: true })
  const send = async (
    method: string,
    url: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<Raw> =>
    await new Promise((resolve, reject) => {
      const outgoing = request(url, { method, agent, headers }, (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        incoming.on('error', reject)
        incoming.on('end', () => {
          clearTimeout(late)
          if (!incoming.complete) {
            reject(new Error('the answer broke off'))
            return
          }
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text })
        })
      })
      const late = setTimeout(() => outgoing.destroy(new Error('timeout')), TIMEOUT_MS)
      outgoing.on('error', (error) => {
        clearTimeout(late)
        reject(error)
      })
      outgoing.end(body)
    })
  const whyOf = (error: unknown) =>
    (error as Error).message === 'timeout' ? 'timeout' : 'connection'

  const headersFor = (token: string, body: string) => ({
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...(body === ''
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
  })

  return {
    async post(url, token, json, key) {
      const body = JSON.stringify(json)
      const headers = {
        ...headersFor(token, body),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      }
      try {
        const answer = await send('POST', `${url}/api/v1/orders`, headers, body)
        const header = (name: string) => answer.headers[name]?.toString()
        const { status } = answer
        return {
          outcome: outcomeOf({ ...answer, status: PLACED.includes(status) ? 201 : status }),
          httpStatus: status,
          contentType: header('content-type'),
          retryAfter: header('retry-after'),
          body: answer.body,
        }
      } catch (error) {
        return {
          outcome: { kind: 'unknown', why: whyOf(error), status: 0 },
          httpStatus: 0,
          contentType: undefined,
          retryAfter: undefined,
          body: '',
        }
      }
    },
    async ask(method, url, token, json) {
      const body = json === undefined ? '' : JSON.stringify(json)
      try {
        const { status, headers, body: text } = await send(method, url, headersFor(token, body), body) // prettier-ignore
        return { status, body: text, contentType: headers['content-type']?.toString(), why: undefined } // prettier-ignore
      } catch (error) {
        return { status: 0, body: '', contentType: undefined, why: whyOf(error) }
      }
    },
    close: () => {
      agent.destroy()
    },
  }
}
