/**
 * Who may call a route. Every route says it in its `config.access`; one that does not say is
 * refused at start, so that none is open by accident.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'

export type UserType = 'guest' | 'organizer' | 'admin'

/** Somebody whose token was verified. */
export interface Principal {
  userId: number
  userType: UserType
}

/** `public`: anybody. `user`: anybody signed in. Otherwise that role; an admin may do all. */
export type Access = 'public' | 'user' | 'organizer' | 'admin'

/**
 * Tells whose token it is: at once for one that was seen before, since a promise for each request
 * costs time in a sale, else when it has been checked.
 * @throws AppError `unauthenticated`, or rejects with it, when the token is not good.
 */
export type Authenticate = (token: string) => Principal | Promise<Principal>

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    /** Set by the access hook; read it through `principalOf`. */
    principal: Principal | undefined
  }
}

/** The caller of a route whose access is not `public`. */
export function principalOf(request: FastifyRequest): Principal {
  invariant(request.principal !== undefined, `${request.routeOptions.url ?? ''} has a caller`)
  return request.principal
}

/** The pages of the API documentation come from a plugin and cannot say it themselves. */
const API_DOCS = '/docs'

/** Makes every route of `app` say who may call it, and holds callers to it. */
export function addAccessControl(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest('principal', undefined)

  app.addHook('onRoute', (route) => {
    if (route.url === API_DOCS || route.url.startsWith(`${API_DOCS}/`)) {
      route.config = { access: 'public', ...route.config }
    }
    const access = route.config?.access
    invariant(
      access !== undefined,
      `route ${String(route.method)} ${route.url} says who may call it`,
    )
  })

  app.addHook('onRequest', (request, _reply, done) => {
    const access = request.routeOptions.config.access
    if (access === undefined || access === 'public') {
      done()
      return
    }
    const enter = (principal: Principal) => {
      request.principal = principal
      done(roleFault(principal, access))
    }
    try {
      const principal = authenticate(bearerToken(request))
      if (principal instanceof Promise) principal.then(enter, done)
      else enter(principal)
    } catch (error) {
      done(error as Error)
    }
  })
}

/** `forbidden` for a caller whose role is not enough. */
function roleFault(principal: Principal, access: Access): AppError | undefined {
  if (access === 'public' || access === 'user' || principal.userType === 'admin') return undefined
  if (principal.userType === access) return undefined
  return new AppError('forbidden', { detail: `Only an ${access} account may do this.` })
}

const SCHEME = 'bearer '

function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization
  if (header === undefined) throw new AppError('unauthenticated')
  // The name of the scheme may be written in any case (RFC 9110, 11.1).
  if (header.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    throw new AppError('unauthenticated', {
      detail: 'The Authorization header must be `Bearer` and an access token.',
    })
  }
  return header.slice(SCHEME.length).trimStart()
}
