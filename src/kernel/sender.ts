/** What a request says about the page that made a browser send it. */

export interface SenderHeaders {
  origin?: string | undefined
  'sec-fetch-site'?: string | string[] | undefined
}

/**
 * `own` is a page of ours, or the user's own doing, e.g. a page that is loaded again; `silent` is no
 * browser of today, which all say where they come from when they send something.
 * @param host Of the address that was asked, with its port.
 */
export function senderOf(headers: SenderHeaders, host: string): 'own' | 'elsewhere' | 'silent' {
  const { origin, 'sec-fetch-site': site } = headers
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'elsewhere'
  if (origin === undefined) return site === undefined ? 'silent' : 'own'
  const isOurs = URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
  return isOurs ? 'own' : 'elsewhere'
}
