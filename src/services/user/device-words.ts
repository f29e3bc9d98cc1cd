/**
 * What kind of device somebody is signed in on, in words that they know it by. Kept instead of what
 * browsers say about themselves, which would tell one person from another.
 */

const BROWSERS: readonly (readonly [word: string, sign: RegExp])[] = [
  ['Edge', /\bEdg(?:A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Headless)?(?:Chrome|Chromium|CriOS)\//],
  ['Safari', /\bSafari\//],
]

const SYSTEMS: readonly (readonly [word: string, sign: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Mac', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
]

/** The name that a program begins with, such as `curl/8.5.0`. */
const PROGRAM = /^([A-Za-z][\w.+-]{0,29})(?:[/ ]|$)/

/**
 * @param userAgent The header `User-Agent`.
 * @returns E.g. `Firefox · Windows` or `curl`; null when it says nothing that people would know.
 */
export function deviceOf(userAgent: string | undefined): string | null {
  const text = (userAgent ?? '').slice(0, 500)
  const words = [BROWSERS, SYSTEMS].flatMap(
    (list) => list.find(([, sign]) => sign.test(text))?.[0] ?? [],
  )
  if (words.length > 0) return words.join(' · ')
  const program = PROGRAM.exec(text)?.[1]
  return program === undefined || program === 'Mozilla' ? null : program
}
