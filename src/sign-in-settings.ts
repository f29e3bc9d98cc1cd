/** The settings of providers that people sign in with. `config.ts` hands in what it has read. */
import type { ProviderSettings, SignInSettings } from './contracts/sign-in.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** The value of a variable, without the space around it; undefined when it is empty. */
type Read = (name: string) => string | undefined

/** @param faults What is wrong is added to it. */
export function readSignInSettings(
  read: Read,
  { isProduction, publicUrl }: { isProduction: boolean; publicUrl: string | undefined },
  faults: string[],
): SignInSettings {
  const address = (name: string, otherwise: string) => {
    const value = read(name)?.replace(/\/+$/, '')
    const fault = value === undefined ? undefined : faultOfAddress(value, isProduction)
    if (fault !== undefined) faults.push(`${name} ${fault}`)
    return value ?? otherwise
  }
  const github = address('GITHUB_URL', 'https://github.com')
  const apiUrl = address('GITHUB_API_URL', 'https://api.github.com')
  const issuer = issuerOf(read('OIDC_ISSUER'), isProduction, faults)
  const name = read('OIDC_NAME') ?? hostOf(issuer)

  const providers: ProviderSettings[] = []
  const google = client(read, 'GOOGLE', faults)
  if (google) {
    providers.push({
      id: 'google',
      name: 'Google',
      issuer: 'https://accounts.google.com',
      ...google,
    })
  }
  const gitHub = client(read, 'GITHUB', faults)
  if (gitHub) {
    providers.push({ id: 'github', name: 'GitHub', issuer: `${github}/login/oauth`, apiUrl, ...gitHub }) // prettier-ignore
  }
  const other = client(read, 'OIDC', faults)
  if ((other === undefined) !== (read('OIDC_ISSUER') === undefined)) {
    faults.push('OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together: set all or none.')
  }
  if (other && issuer !== undefined) providers.push({ id: 'oidc', name, issuer, ...other })
  return { origin: publicUrl, providers }
}

function client(read: Read, prefix: string, faults: string[]) {
  const clientId = read(`${prefix}_CLIENT_ID`)
  const clientSecret = read(`${prefix}_CLIENT_SECRET`)
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret }
  if (clientId !== undefined || clientSecret !== undefined) {
    const missing = clientId === undefined ? 'ID' : 'SECRET'
    faults.push(`${prefix}_CLIENT_${missing} is missing: the provider gives it out together with the other; set both or neither.`) // prettier-ignore
  }
  return undefined
}

/** Kept as it is written: a provider's name for itself is compared to the letter. */
function issuerOf(value: string | undefined, isProduction: boolean, faults: string[]) {
  const fault = value === undefined ? undefined : faultOfAddress(value, isProduction)
  if (fault !== undefined) faults.push(`OIDC_ISSUER ${fault}`)
  return fault === undefined ? value : undefined
}

/** Secrets go there, so it is asked over TLS, or it is this machine and nothing is at stake. */
function faultOfAddress(value: string, isProduction: boolean): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isAtThisMachine = url?.protocol === 'http:' && LOOPBACK.has(url.hostname)
  if (url?.protocol === 'https:' || (isAtThisMachine && !isProduction)) return undefined
  return 'must be an address that begins with https://.'
}

const hostOf = (issuer: string | undefined): string =>
  issuer === undefined ? '' : new URL(issuer).host
