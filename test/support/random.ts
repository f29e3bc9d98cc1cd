export { seededRandom } from '../../src/kernel/seeded-random.ts'

/** The seed of this run; `TEST_SEED` repeats another. */
export const testSeed = (): number => Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000)
