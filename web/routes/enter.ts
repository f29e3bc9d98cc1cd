import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ProvenUser } from '../needs.ts'
import { seeOther } from '../send-page.ts'
import type { PageRoutes } from './page-route.ts'

/** Signs somebody in, always with a new session: one that was there before is not taken over. */
export async function enter(
  { accounts, cookies }: Pick<PageRoutes, 'accounts' | 'cookies'>,
  request: FastifyRequest,
  reply: FastifyReply,
  user: ProvenUser,
  next: string,
): Promise<FastifyReply> {
  const before = cookies.readSession(request)
  if (before !== undefined) await accounts.closePageSession(before)
  cookies.writeSession(reply, await accounts.openPageSession(user, request.headers['user-agent']))
  return await seeOther(reply, next)
}
