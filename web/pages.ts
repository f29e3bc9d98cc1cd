import type { Service } from '../src/platform/service.ts'

/** Placeholder until the pages land. */
export function webPages(_deps: object): Service {
  return { name: 'web' }
}
