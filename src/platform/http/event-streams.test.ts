import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { EventStreams, eventFrame } from './event-streams.ts'

const FRAME = Buffer.from('data: 1\n\n')

/** An answer to somebody who reads nothing of what waits for them. */
class Answer extends EventEmitter {
  destroyed = false
  writableEnded = false
  writableLength = 0
  useChunkedEncodingByDefault = true
  headers: Record<string, string> = {}
  readonly written: string[] = []
  writeHead(_status: number, headers: Record<string, string>): void {
    this.headers = headers
  }
  write(bytes: Buffer | string): void {
    this.written.push(bytes.toString())
  }
  end(): void {
    this.writableEnded = true
  }
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function begin(streams: EventStreams, answer = new Answer(), ip = '203.0.113.1') {
  let ends = 0
  const reply = { raw: answer, hijack: () => undefined, getHeaders: () => ({ 'x-of-all': 'yes' }) }
  streams.open({ ip } as FastifyRequest, reply as unknown as FastifyReply, () => (ends += 1))
  return { answer, ends: () => ends }
}

const send = async (streams: EventStreams, ...answers: Answer[]) => {
  await streams.send(answers as unknown as ServerResponse[], FRAME)
}

test('a stream begins with when to come back, and no proxy keeps or collects it', () => {
  const streams = new EventStreams()
  const begun = Array.from({ length: 20 }, () => begin(streams).answer)
  const [first] = begun
  assert.deepEqual(first?.headers, {
    'x-of-all': 'yes',
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  assert.equal(first.useChunkedEncodingByDefault, false)
  const retries = begun.map(({ written }) => Number(/^retry: (\d+)\n\n$/.exec(written[0] ?? '')?.[1]))
  assert.ok(retries.every((ms) => ms >= 2_000 && ms < 6_000), String(retries))
  assert.ok(new Set(retries).size > 1, 'browsers come back one by one')
  assert.equal(eventFrame('7', '{}').toString(), 'id: 7\ndata: {}\n\n')
}) // prettier-ignore

test('there are so many streams of one network and of all, and room again when one ends', () => {
  const streams = new EventStreams({ streams: 3, streamsPerAddress: 2 })
  const open = (ip: string) => begin(streams, new Answer(), ip)
  const one = open('2001:db8::1')
  open('2001:db8::2')
  assert.throws(() => open('2001:db8::3'), { code: 'unavailable' })
  open('203.0.113.1')
  assert.throws(() => open('203.0.113.2'), { code: 'unavailable' })
  assert.equal(streams.count, 3)
  one.answer.destroy()
  assert.deepEqual([streams.count, one.ends()], [2, 1])
  open('2001:db8::3')
  assert.throws(() => open('2001:db8::4'), { code: 'unavailable' })

  const single = new EventStreams({ streams: 9, streamsPerAddress: 1 })
  begin(single).answer.destroy()
  begin(single)
  assert.equal(single.count, 1)
})

test('nothing is opened for who has gone, nor during a stop', () => {
  const streams = new EventStreams()
  const gone = new Answer()
  gone.destroyed = true
  assert.throws(() => begin(streams, gone), { code: 'unavailable' })
  assert.equal(streams.count, 0)
  streams.close()
  assert.throws(() => begin(streams), { code: 'unavailable' })
})

test('a stop ends all streams, and waits for nobody who does not read', () => {
  const streams = new EventStreams()
  const [reading, waiting] = [begin(streams).answer, begin(streams).answer]
  waiting.writableLength = 1
  streams.close()
  assert.deepEqual([reading.writableEnded, reading.destroyed], [true, false])
  assert.deepEqual([waiting.writableEnded, waiting.destroyed], [false, true])
})

test('who does not read is cut off, and nothing is written to who has gone', async () => {
  const streams = new EventStreams()
  const [slow, late, ended, gone] = [new Answer(), new Answer(), new Answer(), new Answer()]
  slow.writableLength = 64 * 1024
  late.writableLength = 64 * 1024 + 1
  ended.end()
  gone.destroy()
  await send(streams, slow, late, ended, gone)
  assert.deepEqual([slow.destroyed, late.destroyed], [false, true])
  assert.deepEqual([slow, late, ended, gone].map(({ written }) => written.length), [1, 0, 0, 0])
}) // prettier-ignore

test('while a crowd is written to, others have their turn', async () => {
  const crowd = Array.from({ length: 300 }, () => new Answer())
  const sending = send(new EventStreams(), ...crowd)
  await setImmediate()
  const written = crowd.filter((answer) => answer.written.length > 0).length
  assert.ok(written > 0 && written < 300, `${written} before anybody else had a turn`)
  await sending
  assert.ok(crowd.every((answer) => answer.written.length === 1), 'all have it')
}) // prettier-ignore

test('a stream on which nothing happens beats, once in twenty seconds for all', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    const streams = new EventStreams()
    begin(streams).answer.destroy()
    const two = [begin(streams).answer, begin(streams).answer]
    for (const beats of [1, 2]) {
      mock.timers.tick(20_000)
      await setImmediate()
      for (const { written } of two) assert.deepEqual(written.slice(1), Array(beats).fill(':\n\n'))
    }
  } finally {
    mock.timers.reset()
  }
})
