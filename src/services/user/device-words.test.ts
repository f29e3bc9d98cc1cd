import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOf } from './device-words.ts'

test('browsers are called by the names that people know, also where they pass for another', () => {
  const known: [string, string][] = [
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox · Windows'], // prettier-ignore
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0', 'Edge · Windows'], // prettier-ignore
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', 'Safari · iPhone'], // prettier-ignore
    ['Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/128.0 Mobile/15E148 Safari/604.1', 'Chrome · iPad'], // prettier-ignore
    ['Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36', 'Samsung Internet · Android'], // prettier-ignore
    ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36', 'Chrome · ChromeOS'], // prettier-ignore
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari · Mac'], // prettier-ignore
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/128.0.0.0 Safari/537.36', 'Chrome · Linux'], // prettier-ignore
  ]
  for (const [userAgent, words] of known) assert.equal(deviceOf(userAgent), words)
})

test('a program is called by its name, without its version', () => {
  assert.equal(deviceOf('curl/8.5.0'), 'curl')
  assert.equal(deviceOf('node'), 'node')
})

test('what says nothing is nothing, and nothing of it is kept', () => {
  for (const text of [undefined, '', 'Mozilla/5.0', '<b>x</b>', '1234', '\0', 'x'.repeat(90)]) {
    assert.equal(deviceOf(text), null, text)
  }
})
