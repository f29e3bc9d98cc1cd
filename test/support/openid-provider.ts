/** Starts a real provider of OpenID Connect in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { programArguments } from '../../bench/program.ts'

export interface ProviderClient {
  id: string
  secret: string
  redirectUri: string
}

export interface ProviderPerson {
  /** What they sign in as; the provider calls them the same. */
  login: string
  email: string
  isVerified: boolean
  name: string
}

export interface OpenIdProvider extends AsyncDisposable {
  issuer: string
  /** From now on it answers; before, it is away. */
  open: (clients: readonly ProviderClient[], people: readonly ProviderPerson[]) => Promise<void>
}

const PROGRAM = 'test/support/openid-provider-process'

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const child = spawn(process.execPath, programArguments(PROGRAM), {
    env: { PATH: process.env['PATH'] },
    // Its words about being a development setup are nobody's to read.
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const [issuer] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return {
    issuer,
    async open(clients, people) {
      child.stdin.write(`${JSON.stringify({ clients, people })}\n`)
      const document = `${issuer}/.well-known/openid-configuration`
      while ((await fetch(document)).status !== 200);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}
