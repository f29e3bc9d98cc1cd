/** What crosses the boundary about messages that were given up. */
import { Type } from 'typebox'
import { Id } from './order.ts'
import { pageQuery } from './pages.ts'

export const DeadLettersQuery = Type.Object(pageQuery({ default: 50, max: 200 }), {
  additionalProperties: false,
})

export const DeadLetterParams = Type.Object({ id: Id })

export const DeadLetter = Type.Object({
  id: Type.Integer(),
  consumer: Type.String({ description: 'What was to be done, e.g. mail-confirmation.' }),
  effect: Type.String({ description: 'What about, e.g. order 17.' }),
  tries: Type.Integer(),
  last_error: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String({ format: 'date-time' }),
})
