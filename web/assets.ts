/** The style sheet, the scripts and the icon: read once, named after their content, kept by browsers for good. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { packageRoot } from '../src/platform/package-root.ts'

/** The first names the layers, so that the order of the others does not matter. */
const SHEETS = [
  ...['layers', 'tokens', 'base', 'masthead', 'language', 'buttons', 'forms', 'notices', 'search'],
  ...['chips', 'results', 'cards', 'event', 'buy', 'live', 'checkout', 'tickets', 'account'],
  ...['own-account', 'mailbox', 'reference', 'proof', 'returns', 'design', 'print'],
]

export interface Asset {
  path: string
  type: string
  bytes: Buffer
  /** The same, compressed with Brotli. */
  compressed: Buffer
}

function assetOf(name: string, extension: string, type: string, text: string): Asset {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 12)
  const bytes = Buffer.from(text)
  const path = `/assets/${name}-${hash}.${extension}`
  return { path, type, bytes, compressed: brotliCompressSync(bytes) }
}

const read = (name: string): string =>
  readFileSync(new URL(`./styles/${name}`, import.meta.url), 'utf8')

const withoutComments = (css: string): string =>
  css.replace(/\/\*[^]*?\*\//g, '').replace(/\n\s*\n/g, '\n')

export const stylesheet = assetOf(
  'box-office',
  'css',
  'text/css; charset=utf-8',
  SHEETS.map((name) => withoutComments(read(`${name}.css`))).join(''),
)

export const favicon = assetOf('favicon', 'svg', 'image/svg+xml', read('favicon.svg'))

/** Scripts are bundled by the build; without one there is nothing to run. */
const scriptOf = (name: string): Asset =>
  assetOf(
    name,
    'js',
    'text/javascript; charset=utf-8',
    readFileSync(new URL(`dist/web/scripts/${name}.js`, packageRoot), 'utf8'),
  )

export const scripts = { shop: scriptOf('shop'), checkout: scriptOf('checkout') }
/** Not for pages: it stands between them and the network, see `islands/offline-tickets.ts`. */
export const offlineTickets = scriptOf('offline-tickets')
export type ScriptName = keyof typeof scripts
