import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkoutState, reasonOf } from './checkout-state.ts'

const NOW = Date.parse('2030-06-01T20:00:00Z')
const held = { status: 'PENDING', expiresAt: new Date(NOW + 1), payment: undefined } as const
const over = { ...held, expiresAt: new Date(NOW) }
const onSale = { sale: 'on_sale' } as const
const called = { sale: 'cancelled' } as const
const payment = (status: 'processing' | 'requires_action' | 'declined') => ({
  payment: { status, method: 'pm_card_visa', declineCode: undefined },
})

test('a hold can be paid until its last moment', () => {
  assert.equal(checkoutState(held, onSale, NOW), 'to_pay')
  assert.equal(checkoutState(over, onSale, NOW), 'ended')
  assert.equal(checkoutState(held, called, NOW), 'ended')
  assert.equal(checkoutState({ ...held, expiresAt: undefined }, onSale, NOW), 'to_pay')
})

test('what is decided stays so, whatever the time and the event', () => {
  for (const order of [held, over]) {
    assert.equal(checkoutState({ ...order, status: 'CONFIRMED' }, called, NOW), 'paid')
    assert.equal(checkoutState({ ...order, status: 'CANCELLED' }, onSale, NOW), 'ended')
  }
})

test('a payment is told as it stands', () => {
  const stateOf = (order: typeof held, status: Parameters<typeof payment>[0]) =>
    checkoutState({ ...order, ...payment(status) }, onSale, NOW)
  assert.equal(stateOf(held, 'declined'), 'declined')
  assert.equal(stateOf(held, 'requires_action'), 'at_bank')
  assert.equal(stateOf(held, 'processing'), 'processing')
  assert.equal(checkoutState({ ...over, ...payment('processing') }, onSale, NOW), 'processing', 'the bank may still say yes') // prettier-ignore
  assert.equal(checkoutState({ ...over, ...payment('requires_action') }, onSale, NOW), 'processing', 'so may who is at their bank') // prettier-ignore
  assert.equal(checkoutState({ ...over, ...payment('declined') }, onSale, NOW), 'ended')
  assert.equal(checkoutState({ ...over, ...payment('requires_action') }, called, NOW), 'ended')
})

test('an end has its reason, also before the order is told of it', () => {
  const ended = (reason: string) => ({ status: 'CANCELLED', reason, payment: undefined }) as const
  const open = { status: 'PENDING', reason: undefined, payment: undefined } as const
  assert.equal(reasonOf(ended('given_back'), onSale), 'given_back')
  assert.equal(reasonOf(open, onSale), 'expired')
  assert.equal(reasonOf(open, called), 'event_cancelled')
})

test('of money that came too late nobody says that there was none', () => {
  const paidBack = {
    payment: { status: 'returned', method: 'pm_card_visa', declineCode: undefined },
  } as const
  const reasonAfter = (reason: string) =>
    reasonOf({ status: 'CANCELLED', reason, ...paidBack }, onSale)
  for (const reason of ['expired', 'given_back', 'payment_declined']) {
    assert.equal(reasonAfter(reason), 'not_available', reason)
  }
  for (const reason of ['event_cancelled', 'refunded']) {
    assert.equal(reasonAfter(reason), reason, 'whose words speak of the money')
  }
})
