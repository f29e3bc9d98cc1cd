/** The tags of a page, as our own renderer writes them: every attribute in quotation marks. */
import assert from 'node:assert/strict'

export interface Tag {
  name: string
  attributes: Record<string, string>
  /** What stands between it and the next tag. */
  text: string
}

const TAG = /<([a-z][\w-]*)((?:\s+[^\s=>"/]+(?:="[^"]*")?)*)\s*\/?>([^<]*)/gi
const ATTRIBUTE = /([^\s=>"/]+)(?:="([^"]*)")?/g

/** Every opening tag, in order. @throws When there is one that it cannot read. */
export function tagsOf(html: string): Tag[] {
  const tags = [...html.matchAll(TAG)].map(([, name = '', list = '', text = '']) => ({
    name: name.toLowerCase(),
    attributes: Object.fromEntries(
      [...list.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => [key.toLowerCase(), value]),
    ),
    text,
  }))
  // What begins like a tag is one that was read: nothing hides from who looks at them.
  assert.equal(tags.length, [...html.matchAll(/<[a-z]/gi)].length, 'every tag was read')
  return tags
}
