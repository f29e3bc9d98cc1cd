import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyReply } from 'fastify'
import { createSessionCookies } from './session-cookie.ts'

/** What an answer says besides its cookies. */
function answer() {
  const headers: Record<string, string> = {}
  const reply = {
    header: (name: string, value: string) => {
      headers[name] = value
      return reply
    },
    setCookie: () => reply,
    clearCookie: () => reply,
  }
  return { headers, reply: reply as unknown as FastifyReply }
}

test('who signs in or out has the browser forget what it kept of who was signed in before', () => {
  const cookies = createSessionCookies(true)
  const [signedIn, signedOut, other] = [answer(), answer(), answer()]
  cookies.writeSession(signedIn.reply, { token: 'a token', expiresAt: new Date() })
  cookies.clearSession(signedOut.reply)
  cookies.writeDevice(other.reply, 'a device')
  const forgets = { 'Clear-Site-Data': '"storage"' }
  assert.deepEqual([signedIn, signedOut, other].map(({ headers }) => headers), [forgets, forgets, {}]) // prettier-ignore
})
