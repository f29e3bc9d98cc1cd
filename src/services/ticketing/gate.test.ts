import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GateAnswer, type Pass, type Stock, createInProcessGate } from './gate.ts'

const EVENT = 1
const stock = (remaining: number): Stock => ({ remaining, byType: new Map([[5, remaining]]) })

/** A gate over a number that the test sets, with a clock that the test moves. */
function gateOver(initial: number) {
  const world = { remaining: initial, now: 1_000, reads: 0 }
  const gate = createInProcessGate(
    async () => {
      world.reads += 1
      return await Promise.resolve(stock(world.remaining))
    },
    () => world.now,
  )
  const enter = async (quantity: number) =>
    await gate.enter({ eventId: EVENT, ticketTypeId: undefined, quantity })
  return { world, gate, enter }
}

function passOf(answer: GateAnswer): Pass {
  assert.ok(answer.admitted, 'answer.admitted')
  return answer.pass
}

test('an event that it knows nothing of is for the database to decide', async () => {
  const { enter, world } = gateOver(0)
  assert.equal((await enter(1)).admitted, true)
  assert.equal(world.reads, 0)
})

test('what is gone is refused without asking the database', async () => {
  const { enter, gate, world } = gateOver(0)
  gate.heal(EVENT, stock(0))
  assert.deepEqual(await enter(1), { admitted: false, closed: undefined })
  assert.equal(world.reads, 0)
})

test('nobody is refused while an undecided request could still give its tickets back', async () => {
  const { enter, gate } = gateOver(2)
  gate.heal(EVENT, stock(2))
  const first = passOf(await enter(2))
  const second = passOf(await enter(1))
  assert.equal(first.decrements, true)
  assert.equal(second.decrements, false)
  gate.leave(first)
  // The first one failed, so the database still has two.
  assert.equal((await enter(2)).admitted, true)
})

test('a crowd that keeps coming is refused once the last tickets are decided', async () => {
  const { enter, gate } = gateOver(1)
  gate.heal(EVENT, stock(1))
  const buyer = passOf(await enter(1))
  const late = passOf(await enter(1))
  gate.heal(EVENT, stock(0))
  gate.leave(buyer)
  // The late one is still undecided, but it holds nothing that could come back.
  assert.equal((await enter(1)).admitted, false)
  gate.leave(late)
})

test('zero is read again after a while, and by one reader however many ask', async () => {
  const { enter, gate, world } = gateOver(3)
  gate.heal(EVENT, stock(0))
  world.now += 300
  const answers = await Promise.all([enter(1), enter(1), enter(1), enter(1)])
  assert.equal(world.reads, 1)
  assert.ok(
    answers.slice(0, 3).every((answer) => answer.admitted),
    'answers.slice(0, 3).every((answer) => answer.admitted)',
  )
})

test('a slow reading does not overwrite what the database said later', async () => {
  let release: ((value: Stock) => void) | undefined
  let now = 1_000
  const gate = createInProcessGate(
    async () =>
      await new Promise<Stock>((resolve) => {
        release = resolve
      }),
    () => now,
  )
  gate.heal(EVENT, stock(0))
  now += 300
  const waiting = gate.enter({ eventId: EVENT, ticketTypeId: undefined, quantity: 1 })
  await Promise.resolve()
  gate.heal(EVENT, stock(0))
  release?.(stock(9))
  assert.equal((await waiting).admitted, false)
})

test('a ticket type has its own limit beside the event', async () => {
  const { gate } = gateOver(10)
  gate.heal(EVENT, {
    remaining: 10,
    byType: new Map([
      [5, 0],
      [6, 10],
    ]),
  })
  const enter = async (ticketTypeId: number, quantity: number) =>
    await gate.enter({ eventId: EVENT, ticketTypeId, quantity })
  assert.equal((await enter(5, 1)).admitted, false)
  assert.equal((await enter(6, 2)).admitted, true)
})

test('with some left the database says why a larger wish is refused', async () => {
  const { enter, gate, world } = gateOver(3)
  gate.heal(EVENT, stock(3))
  assert.equal(passOf(await enter(4)).decrements, false)
  assert.equal(world.reads, 0)
  assert.equal(passOf(await enter(3)).decrements, true)
})

test('an event that is gone is forgotten, so that the database says so', async () => {
  const { enter, gate } = gateOver(0)
  gate.heal(EVENT, stock(0))
  assert.equal((await enter(1)).admitted, false)
  gate.heal(EVENT, undefined)
  assert.equal((await enter(1)).admitted, true)
})

test('an event that does not sell says why', async () => {
  const gate = createInProcessGate(
    async () => await Promise.resolve({ ...stock(0), closed: 'event_cancelled' }),
    () => 5_000,
  )
  gate.heal(EVENT, { ...stock(0), closed: 'event_cancelled' })
  const answer = await gate.enter({ eventId: EVENT, ticketTypeId: undefined, quantity: 1 })
  assert.deepEqual(answer, { admitted: false, closed: 'event_cancelled' })
})
