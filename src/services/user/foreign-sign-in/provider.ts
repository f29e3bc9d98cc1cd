/** What the shop asks of a place where people have an account. */

/** What belongs to one sign-in and stays in the browser that began it. */
export interface SignInSecrets {
  /** Comes back with the answer, so that nobody can slip somebody an answer of their own. */
  state: string
  /** Comes back in the id token, so that nobody can slip in a token of another sign-in. */
  nonce: string
  /** Redeems the code, which is worth nothing to who stole it (PKCE). */
  verifier: string
}

/** Somebody as a provider knows them. */
export interface ProvenIdentity {
  issuer: string
  /** What the provider calls them, for ever. */
  subject: string
  /** Undefined unless the provider vouches that they read its mail. */
  email: string | undefined
  name: string | undefined
}

export interface Provider {
  readonly id: string
  readonly name: string
  readonly issuer: string
  /**
   * Where to send a browser.
   * @throws ProviderFault
   */
  signInUrl: (redirectUri: string, secrets: SignInSecrets) => Promise<URL>
  /**
   * Who came back.
   * @param answer The query that the browser came back with.
   * @throws ProviderFault
   */
  identify: (
    redirectUri: string,
    secrets: SignInSecrets,
    answer: URLSearchParams,
  ) => Promise<ProvenIdentity>
}

/**
 * `away`: it does not answer, or not now. `declined`: the person did not want to. `mistrusted`: the
 * answer is not what it must be, be it by mistake or because somebody has a hand in it.
 */
export type ProviderFaultReason = 'away' | 'declined' | 'mistrusted'

export class ProviderFault extends Error {
  readonly reason: ProviderFaultReason

  constructor(reason: ProviderFaultReason, message: string) {
    super(message)
    this.name = 'ProviderFault'
    this.reason = reason
  }
}
