/**
 * The seed of the tests that choose at random: chosen and printed by the run, or by TEST_SEED.
 * Importing this is enough for fast-check; other generators take `seed`.
 */
import { randomInt } from 'node:crypto'
import fc from 'fast-check'

const SEED_MAX = 2 ** 31

export const seed = Number(process.env['TEST_SEED'] ?? randomInt(SEED_MAX))

if (process.env['TEST_SEED'] === undefined) console.log(`TEST_SEED=${seed}`)
fc.configureGlobal({ seed })
