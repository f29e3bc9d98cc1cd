/** Time as the code asks for it, so that a test can hand in another. Milliseconds. */
export type Clock = () => number

/** Milliseconds since 1970. */
export const systemClock: Clock = () => Date.now()

/**
 * For measuring how long ago something was: it starts anywhere, and nobody sets it. What must not
 * last an hour longer because somebody put the machine's clock back is measured by this one.
 */
export const steadyClock: Clock = () => performance.now()
