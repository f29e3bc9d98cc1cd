/** One question of the audit and its answer. */
export interface Check {
  /** Which question it is. */
  id: string
  /** What is so when all is right. */
  claim: string
  /** What was looked at, e.g. `4,012 orders`. */
  examined: string
  /** What is wrong, one sentence for each; none when all is right. */
  faults: string[]
}

export const isRight = (check: Check): boolean => check.faults.length === 0

/** `10000`, `ticket` → `10,000 tickets` */
export const counted = (count: number, thing: string): string =>
  `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : thing.endsWith('s') ? 'es' : 's'}`

export function groupBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

export const sum = <Item>(items: readonly Item[], valueOf: (item: Item) => number): number =>
  items.reduce((total, item) => total + valueOf(item), 0)
