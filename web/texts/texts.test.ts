import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { LANGUAGES } from '../../src/kernel/language.ts'

const web = new URL('../', import.meta.url)
const files = readdirSync(web, { recursive: true }).map((name) =>
  String(name).replaceAll('\\', '/'),
)
const read = (name: string): string => readFileSync(new URL(name, web), 'utf8')
const texts = files.filter((name) => /^texts\/[\w-]+\.ts$/.test(name) && !name.includes('.test.'))
const users = files
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^texts\//.test(name))
  .map(read)

/** What says something in every language, by the name under which pages know it. */
async function spoken(): Promise<(readonly [name: string, english: object])[]> {
  const modules = await Promise.all(
    texts.map(async (name) => (await import(new URL(name, web).href)) as Record<string, unknown>),
  )
  return modules.flatMap((each) =>
    Object.entries(each).flatMap(([name, said]) => {
      const isText = typeof said === 'object' && said !== null && LANGUAGES.every((one) => one in said) // prettier-ignore
      const english = isText ? (said as { en: unknown }).en : undefined
      return typeof english === 'object' && english !== null ? [[name, english] as const] : []
    }),
  )
}

/** Found by what services say: the code of a refusal, the state of a sale. */
const BY_CODE = ['faultTexts', 'refusalTexts', 'liveTexts']

test('no words are kept that no page says', async () => {
  const all = (await spoken()).filter(([name]) => !BY_CODE.includes(name))
  assert.ok(all.length > 8, 'there are texts')
  const unused = all.flatMap(([name, english]) => {
    const sources = users.filter((source) => source.includes(name)).join('\n')
    const isUsed = (key: string) => new RegExp(`(\\.|'|[{,]\\s*)${key}\\b`).test(sources)
    return Object.keys(english).flatMap((key) => (isUsed(key) ? [] : [`${name}.${key}`]))
  })
  assert.deepEqual(unused, [])
})

test('German says Sie to people', () => {
  for (const name of texts) {
    assert.doesNotMatch(read(name), /\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b/i, name)
  }
})
