import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { constants, getPriority } from 'node:os'
import { mock, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { PrintedOrder } from '../printed-order.ts'
import { qrPng } from '../qr-code.ts'
import { Drawer } from './drawer.ts'

const TEXTS = ['BO1.A.1.TCK-ABC', 'BO1.A.1.TCK-DEF', 'BO1.A.1.TCK-GHI']
/** Minutes of work, so that whatever happens to it happens in the middle. */
const ENDLESS = Array.from({ length: 100_000 }, (_, n) => `BO1.A.1.TCK-${n}`)
/** No QR code has room for it. */
const TOO_LONG = 'A'.repeat(10_000)
/** As long as a drawing may take, and as long as a thread waits for the next one. */
const LIMIT_MS = 20_000

const ORDER: PrintedOrder = {
  ...{ orderId: 7, holder: 'Alice Buyer', ticketType: 'Balcony', priceCents: 7_550 },
  event: {
    ...{ id: 1, name: 'Rock Night', venue: 'City Arena', city: null, category: null, version: 1 },
    ...{ startsAt: new Date('2030-06-01T18:00:00Z'), timezone: 'Europe/Vienna', currency: 'EUR' },
    ...{ isCancelled: false, changedAt: new Date('2030-01-01T00:00:00Z') },
  },
  tickets: [{ ticketCode: 'TCK-ABC', token: TEXTS[0] as string }],
  poster: { width: 8, height: 8, shapes: [{ path: 'M0 0h8v8H0z' }] },
}

const pictures = TEXTS.map((text) => qrPng(text))

/** A drawer whose thread is there and waits. */
async function atRest(): Promise<{ drawer: Drawer; thread: Worker }> {
  const drawer = new Drawer()
  const started = once(process, 'worker') as Promise<[Worker]>
  await drawer.drawQrCodes(['A'])
  const [thread] = await started
  return { drawer, thread }
}

/** Of each thread of this process, by its id: whose number is higher lets others go first. */
function niceness(): Map<string, number> {
  const threads = readdirSync('/proc/self/task').map((id): [string, number] => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8')
    // The name before may have spaces. What follows it begins with the third field; this is the 19th.
    return [id, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])]
  })
  return new Map(threads)
}

test('codes and pages are drawn side by side, each for who asked, and codes to the byte as here', async () => {
  const drawer = new Drawer()
  const [codes, pdf, one, none] = await Promise.all([
    drawer.drawQrCodes(TEXTS),
    drawer.drawTickets(ORDER),
    drawer.drawQrCodes(TEXTS.slice(1, 2)),
    drawer.drawQrCodes([]),
  ])
  assert.deepEqual(codes, pictures)
  assert.match(pdf.toString('latin1'), /^%PDF-/)
  assert.deepEqual(one, pictures.slice(1, 2))
  assert.deepEqual(none, [])
})

test('what cannot be drawn fails alone', async () => {
  const { drawer } = await atRest()
  const [before, failed, after] = await Promise.allSettled([
    drawer.drawQrCodes(TEXTS),
    drawer.drawQrCodes([TOO_LONG]),
    drawer.drawQrCodes(TEXTS),
  ])
  assert.deepEqual(before, { status: 'fulfilled', value: pictures })
  assert.equal(failed.status, 'rejected')
  assert.deepEqual(after, { status: 'fulfilled', value: pictures })
})

test('all that a thread was to draw fails when it dies, and the next one draws again', async () => {
  const { drawer, thread } = await atRest()
  const asked = [drawer.drawQrCodes(ENDLESS), drawer.drawQrCodes(TEXTS)]
  const ended = Promise.allSettled(asked)
  await thread.terminate()
  assert.deepEqual(
    (await ended).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.deepEqual(await drawer.drawQrCodes(TEXTS), pictures)
})

test('a drawing that does not end is given up, whoever asks meanwhile, and delays nobody after it', async () => {
  const { drawer } = await atRest()
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const asked = [drawer.drawQrCodes(ENDLESS)]
    mock.timers.tick(LIMIT_MS / 2)
    asked.push(drawer.drawQrCodes(TEXTS))
    const ended = Promise.allSettled(asked)
    mock.timers.tick(LIMIT_MS / 2)
    const next = drawer.drawQrCodes(TEXTS)
    for (const each of await ended) {
      assert.match(String(each.status === 'rejected' && each.reason), /took too long/)
    }
    assert.deepEqual(await next, pictures)
  } finally {
    mock.timers.reset()
  }
})

test('a thread that nobody needs ends', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const { drawer, thread } = await atRest()
    const ended = once(thread, 'exit')
    mock.timers.tick(LIMIT_MS)
    await ended
    assert.deepEqual(await drawer.drawQrCodes(TEXTS), pictures)
  } finally {
    mock.timers.reset()
  }
})

test('a thread that waits keeps no process alive, and one that draws does', async () => {
  const { drawer, thread } = await atRest()
  const held = () => process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)) // prettier-ignore
  assert.deepEqual(held(), [])
  const drawing = assert.rejects(drawer.drawQrCodes(ENDLESS))
  assert.equal(held().length, 1)
  await thread.terminate()
  await drawing
})

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority
const lowered = Math.min(getPriority() + PRIORITY_BELOW_NORMAL, PRIORITY_LOW)
const skip =
  (process.platform !== 'linux' && 'only on Linux has a thread a priority of its own') ||
  (lowered === getPriority() && 'this process has the lowest priority already')

test('the thread that draws gives way, and no other does', { skip }, async () => {
  const before = niceness()
  const { thread } = await atRest()
  const during = niceness()
  await thread.terminate()
  assert.equal(before.get(String(process.pid)), getPriority())
  for (const [id, was] of before) assert.equal(during.get(id) ?? was, was, `thread ${id}`)
  const lower = [...during].filter(([id, now]) => !before.has(id) && now === lowered)
  assert.equal(lower.length, 1, `${JSON.stringify([...during])}`)
})
