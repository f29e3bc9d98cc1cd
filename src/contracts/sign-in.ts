/** Where people can sign in with an account that they have elsewhere, as the configuration says it. */

export interface ProviderSettings {
  /** Stands in addresses: `/sign-in/with/google`. */
  readonly id: 'google' | 'github' | 'oidc'
  /** What people know it by. */
  readonly name: string
  /** Who it is, to the letter: it names the accounts of people there, with what it calls them. */
  readonly issuer: string
  /** Its API, of GitHub alone: GitHub does not speak OpenID Connect. */
  readonly apiUrl?: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface SignInSettings {
  /**
   * What the address begins with to which providers send people back. Undefined takes what the
   * request says, which happens outside production only.
   */
  readonly origin: string | undefined
  readonly providers: readonly ProviderSettings[]
}
