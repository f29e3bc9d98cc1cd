/** What a line that people read must have and must not have, in any script. */

/** Control characters, halves of characters, line separators, and what turns writing around. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u
/** All but spaces, marks without a letter, and what shows nothing though it counts as a character. */
const VISIBLE = /[^\p{Z}\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u

/** True for one line that a terminal and the text beside it survive; it may be empty. */
export const isPrintableLine = (text: string): boolean => !UNPRINTABLE.test(text)

/** False for spaces, zero-width characters and other text that looks like none. */
export const hasVisibleCharacter = (text: string): boolean => VISIBLE.test(text)
