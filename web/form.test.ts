import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formOf, secretOf, wholeNumber } from './form.ts'

test('a field is text without the space around it', () => {
  const form = formOf({ name: ' Alice ', twice: ['a', 'b'] })
  assert.equal(form('name'), 'Alice')
  assert.equal(form('twice'), '')
  assert.equal(form('missing'), '')
  assert.equal(form('constructor'), '')
  assert.equal(formOf(undefined)('name'), '')
})

test('a password keeps its spaces', () => {
  assert.equal(secretOf({ password: ' open sesame ' }, 'password'), ' open sesame ')
  assert.equal(secretOf(undefined, 'password'), '')
})

test('a whole number is written as one', () => {
  assert.equal(wholeNumber('12'), 12)
  for (const text of ['', '0', '-1', '1.5', '1e3', '012', ' 1', '99999999999999999']) {
    assert.equal(wholeNumber(text), undefined, text)
  }
})
