/** Throws when our own code is wrong. Never caught for recovery: it becomes an opaque 500. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`)
}
