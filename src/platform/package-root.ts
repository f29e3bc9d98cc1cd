/**
 * The folder of package.json, as a file URL that ends in a slash: the same whether this runs from
 * `src/` or, compiled, from `dist/src/`.
 */
import { existsSync } from 'node:fs'

function findPackageRoot(): URL {
  let folder = new URL('.', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('..', folder)
    if (parent.href === folder.href) throw new Error('package.json is nowhere above this file')
    folder = parent
  }
  return folder
}

export const packageRoot = findPackageRoot()
