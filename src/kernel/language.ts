/** The languages that people are written to in. */
export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

const HEADER_LENGTH_MAX = 500

/**
 * The language that a browser asks for.
 * @param acceptLanguage The header `Accept-Language`, e.g. `de-AT, en;q=0.7`.
 * @returns The best of ours; English when none of them is wanted.
 */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const wanted = (acceptLanguage ?? '')
    .slice(0, HEADER_LENGTH_MAX)
    .split(',')
    .map((entry) => {
      const [range = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { language: range.split('-')[0], quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ quality }) => quality > 0)
    // Sorting keeps the order of what is wanted equally.
    .sort((one, other) => other.quality - one.quality)
  for (const { language } of wanted) {
    const ours = LANGUAGES.find((known) => known === language)
    if (ours !== undefined) return ours
  }
  return 'en'
}
