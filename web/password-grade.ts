/** How good a password seems while it is typed; runs in browsers. */

const LENGTH_MIN = 8
/** From here on guessing takes long, whatever it is made of. */
const LENGTH_GOOD = 15

/** By length and variety alone: what is among the first guesses, the shop knows when it is sent. */
export function gradeOf(typed: string): 'none' | 'short' | 'fair' | 'good' {
  const { length } = [...typed]
  if (length === 0) return 'none'
  if (length < LENGTH_MIN) return 'short'
  return length >= LENGTH_GOOD && new Set(typed).size > 5 ? 'good' : 'fair'
}
