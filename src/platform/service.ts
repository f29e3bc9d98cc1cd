/** What a service is to the rest: its only door. */
import type { Consumer } from './outbox/consumer.ts'
import type { FrontDesk } from './http/front-desk.ts'
import type { HttpApp } from './http/server.ts'

export interface Service {
  name: string
  /** Adds the service's routes, with their full paths. */
  routes?: (app: HttpApp) => void
  /** Answers in front of the framework what it has at hand. */
  frontDesk?: FrontDesk
  /** What it does about messages. */
  consumers?: readonly Consumer[]
  /** Starts what runs beside requests; the result stops it and waits until it has stopped. */
  start?: () => Promise<AsyncDisposable>
}
