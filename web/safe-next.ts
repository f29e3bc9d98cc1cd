/** Where to go after signing in: a path of ours, whatever somebody put into a link. */

const LENGTH_MAX = 2_000
const ANY_ORIGIN = 'http://box-office.invalid'

/** @returns The path, with its query, or `/` when it could lead anywhere else. */
export function safeNext(next: string | undefined): string {
  if (next === undefined || next.length > LENGTH_MAX) return '/'
  // Browsers read `\` as `/` and skip tabs and line breaks, so `/\t/evil` would leave us.
  if (!next.startsWith('/') || /[\\\p{Cc}]/u.test(next)) return '/'
  if (!URL.canParse(next, ANY_ORIGIN)) return '/'
  const url = new URL(next, ANY_ORIGIN)
  const path = url.pathname + url.search + url.hash
  // `/.//evil` has become `//evil`.
  if (url.origin !== ANY_ORIGIN || path.startsWith('//')) return '/'
  return /^\/sign-(in|up|out)\b/.test(path) ? '/' : path
}

/** The address of a sign-in that comes back to `path`. */
export const signInPath = (path: string): string =>
  path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`
