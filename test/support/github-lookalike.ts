/** What the shop asks of GitHub, answered as GitHub's documentation says. */
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface GitHubPerson {
  id: number
  name: string | null
  emails: { email: string; primary: boolean; verified: boolean }[]
}

export interface GitHubLookalike extends AsyncDisposable {
  url: string
  /** Signs somebody in and agrees. @returns Where they are sent back to. */
  signIn: (url: string, person: GitHubPerson) => string
}

export const GITHUB_CLIENT = { id: 'the-app', secret: 'a secret between the shop and GitHub' }

export async function startGitHubLookalike(): Promise<GitHubLookalike> {
  const codes = new Map<string, { person: GitHubPerson; challenge: string; redirectUri: string }>()
  const tokens = new Map<string, GitHubPerson>()
  const server = createServer((request, response) => {
    void (async () => {
      const { status, body } =
        request.method === 'POST'
          ? redeem(new URLSearchParams(await text(request)))
          : tell(request.url ?? '', request.headers.authorization)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    signIn(from, person) {
      const asked = new URL(from).searchParams
      const code = randomUUID()
      const redirectUri = asked.get('redirect_uri') ?? ''
      const isAsked = asked.get('code_challenge_method') === 'S256'
      const challenge = isAsked ? (asked.get('code_challenge') ?? '') : 'none was asked for'
      codes.set(code, { person, challenge, redirectUri })
      const back = new URL(redirectUri)
      back.searchParams.set('code', code)
      back.searchParams.set('state', asked.get('state') ?? '')
      back.searchParams.set('iss', `${url}/login/oauth`)
      return back.href
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  /** GitHub says what is wrong with status 200, too. */
  function redeem(sent: URLSearchParams): { status: number; body: object } {
    const code = sent.get('code') ?? ''
    const given = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256').update(sent.get('code_verifier') ?? '').digest('base64url') // prettier-ignore
    const isRight =
      given?.challenge === challenge &&
      given.redirectUri === sent.get('redirect_uri') &&
      sent.get('client_id') === GITHUB_CLIENT.id &&
      sent.get('client_secret') === GITHUB_CLIENT.secret
    if (!isRight) return { status: 200, body: { error: 'bad_verification_code' } }
    const token = `gho_${randomUUID()}`
    tokens.set(token, given.person)
    return { status: 200, body: { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' } } // prettier-ignore
  }

  function tell(path: string, authorization = ''): { status: number; body: object } {
    const person = tokens.get(authorization.replace(/^Bearer /i, ''))
    if (person === undefined) return { status: 401, body: { message: 'Bad credentials' } }
    if (path === '/user') return { status: 200, body: { id: person.id, login: 'any', name: person.name, email: null } } // prettier-ignore
    if (path === '/user/emails') return { status: 200, body: person.emails }
    return { status: 404, body: {} }
  }
}
