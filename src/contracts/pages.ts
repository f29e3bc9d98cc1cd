/** How every list is asked for its pages. */
import { Type } from 'typebox'

const CURSOR_LENGTH_MAX = 2_000

/** The query fields of a list: how many items, and where the page before ended. */
export const pageQuery = (limits: { default: number; max: number }) => ({
  limit: Type.Integer({
    minimum: 1,
    maximum: limits.max,
    default: limits.default,
    description: 'How many items a page has at most.',
  }),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: CURSOR_LENGTH_MAX,
      description: 'Where the page begins; taken from the Link header of the page before.',
    }),
  ),
})
