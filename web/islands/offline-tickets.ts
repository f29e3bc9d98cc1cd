/**
 * Shows the tickets that were opened once also where there is no network, as in front of many a door.
 * A service worker for the pages below /tickets alone. It asks the network first, keeps only what
 * belongs to the account that is signed in, and forgets it when nobody is.
 */

/** What a service worker has, as far as this one uses it. */
interface Worker {
  addEventListener: (type: string, listener: (event: WorkerEvent) => void) => void
  skipWaiting: () => Promise<void>
  clients: { claim: () => Promise<void> }
  location: Location
}
interface WorkerEvent {
  request: Request
  data: unknown
  waitUntil: (work: Promise<unknown>) => void
  respondWith: (answer: Promise<Response>) => void
}
declare const self: Worker

const PREFIX = 'tickets of '
const OWNER = 'Page-Owner'
const KEPT_AT = 'Kept-At'
/** In a crowd the network may be there and still not answer. */
const NETWORK_MS = 4_000
const ENTRIES_MAX = 200
const TOO_MANY_REQUESTS = 429

const isPage = (path: string): boolean => /^\/tickets(\/order\/\d+)?$/.test(path)
const isPart = (path: string): boolean =>
  /^\/assets\//.test(path) || /^\/files\/tickets\/.+\/qr\.svg$/.test(path)

self.addEventListener('install', (event) => {
  event.waitUntil(self.skipWaiting())
})
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request
  const { origin, pathname, searchParams } = new URL(url)
  if (method !== 'GET' || origin !== self.location.origin) return
  // A page of older orders is not the one to be shown without a network.
  if (searchParams.has('cursor')) return
  if (isPage(pathname)) event.respondWith(answerPage(event.request, pathname))
  else if (isPart(pathname)) event.respondWith(answerPart(event.request))
})
self.addEventListener('message', (event) => {
  event.waitUntil(keepAll(event.data))
})

async function answerPage(request: Request, path: string): Promise<Response> {
  const answer = await fromNetwork(request).catch(() => Response.error())
  if (isTrouble(answer)) {
    const kept = await find(path)
    return kept === undefined ? answer : await marked(kept)
  }
  await keepPage(path, answer).catch(withoutRoom)
  return answer
}

/** A shop that is down or overrun, or what stands in front of it, is no better than no network. */
const isTrouble = ({ type, status }: Response): boolean =>
  type === 'error' || status >= 500 || status === TOO_MANY_REQUESTS

/** Codes and style sheets never change under their address. */
async function answerPart(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname
  const kept = await find(path)
  if (kept !== undefined) return kept
  const answer = await fetch(request)
  await keepPart(path, answer.clone()).catch(withoutRoom)
  return answer
}

/** What cannot be kept is shown all the same. */
const withoutRoom = (): void => undefined

async function fromNetwork(request: Request | string): Promise<Response> {
  const timeout = new AbortController()
  const timer = setTimeout(() => {
    timeout.abort()
  }, NETWORK_MS)
  try {
    return await fetch(request, { signal: timeout.signal })
  } finally {
    clearTimeout(timer)
  }
}

/** Keeps a page of whoever is signed in; led to sign in, nobody is, and all is forgotten. */
async function keepPage(path: string, answer: Response): Promise<void> {
  if (answer.type === 'opaqueredirect' || answer.redirected) {
    await forgetAllBut(undefined)
    return
  }
  const owner = answer.headers.get(OWNER)
  if (owner === null || !answer.ok) return
  await forgetAllBut(owner)
  const copy = answer.clone()
  const headers = new Headers(copy.headers)
  headers.set(KEPT_AT, new Date().toISOString())
  const cache = await caches.open(PREFIX + owner)
  await cache.put(path, new Response(await copy.text(), { status: copy.status, headers }))
  await trim(cache)
}

/** Only beside pages: without any there is no account that it would be kept for. */
async function keepPart(path: string, answer: Response): Promise<void> {
  const [name] = await namesOfCaches()
  if (name === undefined || !answer.ok) return
  await (await caches.open(name)).put(path, answer)
}

async function keepAll(addresses: unknown): Promise<void> {
  if (!Array.isArray(addresses)) return
  for (const address of addresses) {
    const { origin, pathname } = new URL(String(address), self.location.origin)
    if (origin !== self.location.origin) continue
    if (isPage(pathname)) await keepPage(pathname, await fromNetwork(pathname))
    else if (isPart(pathname)) await keepPart(pathname, await fetch(pathname))
  }
}

const namesOfCaches = async (): Promise<string[]> =>
  (await caches.keys()).filter((name) => name.startsWith(PREFIX))

async function forgetAllBut(owner: string | undefined): Promise<void> {
  for (const name of await namesOfCaches()) {
    if (owner === undefined || name !== PREFIX + owner) await caches.delete(name)
  }
}

async function find(path: string): Promise<Response | undefined> {
  for (const name of await namesOfCaches()) {
    const kept = await (await caches.open(name)).match(path)
    if (kept !== undefined) return kept
  }
  return undefined
}

async function trim(cache: Cache): Promise<void> {
  const keys = await cache.keys()
  for (const key of keys.slice(0, Math.max(0, keys.length - ENTRIES_MAX))) await cache.delete(key)
}

/** Shows the note of the page, which says that and since when it is not new. */
async function marked(kept: Response): Promise<Response> {
  const at = new Date(kept.headers.get(KEPT_AT) ?? '')
  const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false })
  const html = (await kept.text()).replace(
    /(<p class="offline-note"[^>]*?) hidden([^>]*>[^<%]*)%/,
    `$1$2${time}`,
  )
  return new Response(html, { status: 200, headers: kept.headers })
}
