/**
 * Box Office cannot start, for a reason that whoever starts it can mend. The message says what is
 * wrong and what to do; `main` prints it without a stack.
 */
export class StartupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartupError'
  }
}
