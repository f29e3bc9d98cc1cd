/** The cookies of the pages: who is signed in, and that a device is known. Script sees neither. */
import type { FastifyReply, FastifyRequest } from 'fastify'

const DEVICE_SECONDS = 365 * 86_400
/** A note says itself when it ends; the browser need not keep it longer. */
const NOTE_SECONDS = 600

export interface SessionCookies {
  readSession: (request: FastifyRequest) => string | undefined
  writeSession: (reply: FastifyReply, session: { token: string; expiresAt: Date }) => void
  clearSession: (reply: FastifyReply) => void
  readDevice: (request: FastifyRequest) => string | undefined
  writeDevice: (reply: FastifyReply, device: string) => void
  /** What the browser keeps for us while somebody signs in elsewhere. */
  readNote: (request: FastifyRequest) => string | undefined
  writeNote: (reply: FastifyReply, note: string) => void
  clearNote: (reply: FastifyReply) => void
}

/** What the browser keeps for when there is no network is of whoever was signed in before. */
const forgetPages = (reply: FastifyReply): FastifyReply =>
  reply.header('Clear-Site-Data', '"storage"')

export function createSessionCookies(isSecure: boolean): SessionCookies {
  // The prefix makes browsers refuse a cookie of this name that another host or plain HTTP set.
  const prefix = isSecure ? '__Host-' : ''
  const session = `${prefix}session`
  const device = `${prefix}page-device`
  const note = `${prefix}sign-in-with`
  // Lax: a provider sends people back by a link, and the cookie has to come along.
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure } as const
  return {
    readSession: (request) => request.cookies[session],
    writeSession: (reply, { token, expiresAt }) => {
      void forgetPages(reply).setCookie(session, token, { ...options, expires: expiresAt })
    },
    clearSession: (reply) => {
      void forgetPages(reply).clearCookie(session, options)
    },
    readDevice: (request) => request.cookies[device],
    writeDevice: (reply, value) => {
      void reply.setCookie(device, value, { ...options, maxAge: DEVICE_SECONDS })
    },
    readNote: (request) => request.cookies[note],
    writeNote: (reply, value) => {
      void reply.setCookie(note, value, { ...options, maxAge: NOTE_SECONDS })
    },
    clearNote: (reply) => {
      void reply.clearCookie(note, options)
    },
  }
}
