/** Enhances one element. It says by `data-*` what it needs, words included. */
export type Island = (element: HTMLElement) => void

/**
 * Starts the islands below `root`, each once; call it again for what a swap brought.
 * @param islands By what their elements name in `data-island`.
 */
export function startIslands(root: ParentNode, islands: Readonly<Record<string, Island>>): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-island]')) {
    const name = element.dataset['island'] ?? ''
    const island = islands[name]
    if (island === undefined || element.dataset['started'] === name) continue
    element.dataset['started'] = name
    try {
      island(element)
    } catch (error) {
      // The page works without it, and the other islands start.
      console.error(error)
    }
  }
}
