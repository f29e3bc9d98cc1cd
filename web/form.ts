/** What somebody typed into a form or a search: text, whatever was sent. */

export type Form = (name: string) => string

/** Reads fields of a urlencoded body or a query; what is missing or sent twice is empty. */
export function formOf(sent: unknown): Form {
  return (name) => {
    const value: unknown =
      typeof sent === 'object' && sent !== null && Object.hasOwn(sent, name)
        ? (sent as Record<string, unknown>)[name]
        : undefined
    return typeof value === 'string' ? value.trim() : ''
  }
}

/** What is ticked among boxes of one name; nothing when none is. */
export function choicesOf(sent: unknown, name: string): string[] {
  const value: unknown =
    typeof sent === 'object' && sent !== null && Object.hasOwn(sent, name)
      ? (sent as Record<string, unknown>)[name]
      : undefined
  return [value].flat().filter((each) => typeof each === 'string')
}

/** Passwords are taken as they are: a space may belong to one. */
export function secretOf(sent: unknown, name: string): string {
  const value: unknown = (sent as Record<string, unknown> | null | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** `'12'` → 12; undefined for anything that is no id or count. */
export function wholeNumber(text: string): number | undefined {
  const number = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}
