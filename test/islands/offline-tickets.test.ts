/** The script that keeps tickets for when there is no network, in a browser that is made up here. */
import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { importIsland } from '../support/island.ts'

const ORIGIN = 'https://shop.example'
const NOTE = '<p class="offline-note" role="status" hidden>You are offline; as of %.</p>'
const QR = '/files/tickets/signed/qr.svg'

const listeners = new Map<string, (event: object) => void>()
/** What is kept, by the name of its cache. */
const kept = new Map<string, Map<string, Response>>()
const asked: string[] = []
let network: (path: string) => Response | Promise<Response>
let isFull = false

const away = () => {
  throw new TypeError('there is no network')
}
const page = (owner: number, text = '', status = 200) =>
  new Response(`${NOTE}${text}`, { status, headers: { 'Page-Owner': String(owner) } })

function cacheOf(name: string) {
  const entries = kept.get(name) ?? new Map<string, Response>()
  kept.set(name, entries)
  return {
    put: async (path: string, answer: Response) => {
      if (isFull) throw new Error('there is no room')
      await Promise.resolve(entries.set(path, answer))
    },
    match: async (path: string) => await Promise.resolve(entries.get(path)?.clone()),
    keys: async () => await Promise.resolve([...entries.keys()]),
    delete: async (path: string) => await Promise.resolve(entries.delete(path)),
  }
}

Object.assign(globalThis, {
  self: {
    location: new URL(ORIGIN),
    addEventListener: (type: string, listener: (event: object) => void) => {
      listeners.set(type, listener)
    },
  },
  caches: {
    keys: async () => await Promise.resolve([...kept.keys()]),
    open: async (name: string) => await Promise.resolve(cacheOf(name)),
    delete: async (name: string) => await Promise.resolve(kept.delete(name)),
  },
  fetch: async (what: Request | string, { signal }: RequestInit = {}) => {
    const { pathname, search } = new URL(typeof what === 'string' ? what : what.url, ORIGIN)
    asked.push(pathname + search)
    const ended = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => {
        reject(new Error('it took too long'))
      })
    })
    return await Promise.race([ended, (async () => await network(pathname))()])
  },
})
await importIsland('offline-tickets')

beforeEach(() => {
  kept.clear()
  asked.length = 0
  isFull = false
  network = () => page(5)
})

/** @returns Undefined for what the script leaves to the browser. */
function open(address: string, method = 'GET'): Promise<Response> | undefined {
  let answer: Promise<Response> | undefined
  const request = new Request(new URL(address, ORIGIN), { method })
  const respondWith = (promised: Promise<Response>) => {
    answer = promised
  }
  listeners.get('fetch')?.({ request, respondWith })
  return answer
}

async function textOf(address: string): Promise<string> {
  const answer = open(address)
  assert.ok(answer, `${address} is answered`)
  return await (await answer).text()
}

/** What a page of the shop says is to be kept. */
async function keep(addresses: unknown): Promise<void> {
  let work: Promise<unknown> | undefined
  const waitUntil = (promised: Promise<unknown>) => {
    work = promised
  }
  listeners.get('message')?.({ data: addresses, waitUntil })
  await work
}

const namesKept = () => [...kept].map(([name, entries]) => [name, [...entries.keys()]])

test('only pages of tickets and what they show are touched, and only those of this shop', async () => {
  for (const address of [
    ...['/', '/account', '/tickets/order/7/refund', '/tickets/order/x', '/checkout/7'],
    ...['/files/tickets/signed/tickets.pdf', '/api/v1/orders', '/assets'],
    ...['https://elsewhere.example/tickets', 'https://elsewhere.example/assets/x.css'],
    ...['/tickets?cursor=older', '/tickets?cursor='],
  ]) {
    assert.equal(open(address), undefined, address)
  }
  assert.equal(open('/tickets', 'POST'), undefined)
  for (const address of ['/tickets', '/tickets/order/7', '/tickets/order/7?paid', '/assets/x.css', QR]) {
    assert.ok(await open(address), address)
  } // prettier-ignore
})

test('a page is asked for anew while there is a network, and shown as it was when there is none', async () => {
  network = () => page(5, 'one')
  await textOf('/tickets')
  network = () => page(5, 'two')
  assert.equal(await textOf('/tickets'), `${NOTE}two`)
  network = away
  const shown = await textOf('/tickets')
  assert.match(shown, /<p class="offline-note" role="status">You are offline; as of \d\d:\d\d\.<\/p>two/) // prettier-ignore
  assert.equal((await open('/tickets/order/7'))?.type, 'error', 'this one was never opened')
})

test('a network that does not answer, or a shop that cannot, is as good as none', async () => {
  await textOf('/tickets')
  network = () => new Response('Bad gateway', { status: 502 })
  assert.match(await textOf('/tickets'), /You are offline/)
  assert.equal(await textOf('/tickets/order/7'), 'Bad gateway')

  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    network = async () => await new Promise(() => undefined)
    const waiting = textOf('/tickets')
    await setImmediate()
    mock.timers.tick(4_000)
    assert.match(await waiting, /You are offline/)
  } finally {
    mock.timers.reset()
  }
})

test('a browser that has no room shows what comes over the network', async () => {
  isFull = true
  network = () => page(5, 'one')
  assert.equal(await textOf('/tickets'), `${NOTE}one`)
  kept.set('tickets of 5', new Map())
  network = () => new Response('a code')
  assert.equal(await textOf(QR), 'a code')
})

test('what is kept is of who is signed in, and of nobody else', async () => {
  kept.set('of another script', new Map())
  await textOf('/tickets')
  await textOf('/tickets/order/7')
  assert.deepEqual(namesKept()[1], ['tickets of 5', ['/tickets', '/tickets/order/7']])
  network = () => page(6)
  await textOf('/tickets')
  assert.deepEqual(namesKept().slice(1), [['tickets of 6', ['/tickets']]])
  assert.ok(kept.has('of another script'), 'what is not ours stays')
})

test('who is led to sign in is signed out, and all is forgotten', async () => {
  for (const [how, value] of [
    ['type', 'opaqueredirect'],
    ['redirected', true],
  ] as const) {
    network = () => page(5)
    await textOf('/tickets')
    assert.equal(kept.size, 1)
    network = () => Object.defineProperty(page(5), how, { value })
    await textOf('/tickets/order/7')
    assert.equal(kept.size, 0, how)
  }
})

test('a page of nobody, and one that is none, is not kept', async () => {
  network = () => new Response('Sign in')
  await textOf('/tickets')
  network = () => page(5, 'Not found', 404)
  await textOf('/tickets/order/7')
  assert.deepEqual(namesKept(), [])
})

test('a code is kept beside a page, asked for once, and not kept when it is none', async () => {
  network = () => new Response('a code')
  await textOf(QR)
  assert.equal(kept.size, 0, 'nobody is signed in that it would be kept for')
  network = (path) => (path === '/tickets' ? page(5) : new Response('gone', { status: 404 }))
  await textOf('/tickets')
  await textOf(QR)
  network = () => new Response('a code')
  await textOf(QR)
  asked.length = 0
  network = away
  assert.equal(await textOf(QR), 'a code')
  assert.deepEqual(asked, [])
})

test('a page has kept what it shows, and cannot have anything else kept', async () => {
  for (const nonsense of [undefined, '/tickets', { 0: '/tickets' }]) await keep(nonsense)
  assert.deepEqual(asked, [])
  await keep(['/account', 'https://elsewhere.example/tickets', '/tickets?cursor=older', QR])
  assert.deepEqual(asked, ['/tickets', QR], 'the first page, and never an older one in its place')
  assert.deepEqual(namesKept(), [['tickets of 5', ['/tickets', QR]]])
})

test('of many pages the oldest are forgotten', async () => {
  for (let n = 1; n <= 201; n += 1) await textOf(`/tickets/order/${n}`)
  const [paths] = [...kept.values()].map((entries) => [...entries.keys()])
  assert.equal(paths?.length, 200)
  assert.equal(paths[0], '/tickets/order/2')
})
