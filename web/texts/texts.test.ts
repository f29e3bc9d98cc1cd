import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { packageRoot } from '../../src/platform/package-root.ts'
import { accountTexts } from './account.ts'
import { buyingTexts } from './buying.ts'
import { checkoutTexts } from './checkout.ts'
import { eventTexts } from './events.ts'
import { foreignSignInTexts } from './foreign-sign-in.ts'
import { frameTexts } from './frame.ts'
import { mailboxTexts } from './mailbox.ts'
import { orderTexts } from './orders.ts'
import { proofTexts } from './proof.ts'
import { searchTexts } from './search.ts'
import { signInTexts } from './sign-in.ts'

const web = new URL('web/', packageRoot)
const files = readdirSync(web, { recursive: true }).map((name) =>
  String(name).replaceAll('\\', '/'),
)
const read = (name: string): string => readFileSync(new URL(name, web), 'utf8')
const texts = files.filter((name) => /^texts\/[\w-]+\.ts$/.test(name) && !name.includes('.test.'))
const users = files
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^texts\//.test(name))
  .map(read)

/** By the name under which pages know them. The others are found by what services say, as by a code. */
const NAMED = {
  ...{ accountTexts, buyingTexts, checkoutTexts, eventTexts, foreignSignInTexts, frameTexts },
  ...{ mailboxTexts, orderTexts, proofTexts, searchTexts, signInTexts },
}

test('no words are kept that no page says', () => {
  const unused = Object.entries(NAMED).flatMap(([name, { en }]) => {
    const sources = users.filter((source) => source.includes(name)).join('\n')
    const isUsed = (key: string) => new RegExp(`(\\.|'|[{,]\\s*)${key}\\b`).test(sources)
    return Object.keys(en).flatMap((key) => (isUsed(key) ? [] : [`${name}.${key}`]))
  })
  assert.deepEqual(unused, [])
})

test('German says Sie to people', () => {
  assert.ok(texts.length > 10, 'there are texts')
  for (const name of texts) {
    assert.doesNotMatch(read(name), /\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b/i, name)
  }
})
