/** Time as the code asks for it, so that a test can hand in another. Milliseconds since 1970. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()
