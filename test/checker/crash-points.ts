/** Where a process may be told to kill itself, in the order of an order's life. */
export const CRASH_POINTS = [
  'before the hold commits',
  'after the hold commits',
  'after the payment is started',
  'after the provider made a payment',
  'before the provider is asked to pay',
  'after the provider was asked to pay',
  'before the settlement commits',
  'after the settlement commits',
  'after a webhook is kept',
  'after a webhook took effect',
  'after a hold is given back',
  'after the provider voided a payment',
  'after tickets are taken back, before the commit',
  'before the provider is asked to pay back',
  'after the provider paid back',
  'after the relay published, before it deletes',
  'after the mail, before its job ends',
] as const

export type CrashPoint = (typeof CRASH_POINTS)[number]

/** What the file says that a process reads. */
export interface CrashOrder {
  point: CrashPoint
  /** How often it is passed unharmed, in each life. */
  after: number
}
