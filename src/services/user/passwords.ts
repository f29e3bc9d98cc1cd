/** How passwords are stored: argon2id with OWASP's least parameters, a new salt for each. */
import { availableParallelism } from 'node:os'
import { type Algorithm, hash, parseOptions, verify } from '@node-rs/argon2'
import { type WorkQueue, createWorkQueue } from '../../platform/work-queue.ts'

const PARAMETERS = {
  algorithm: 2 satisfies Algorithm.Argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
}

/** One on a machine of two cores; never all four threads of Node's pool. */
const RUNNING_MAX = Math.min(3, Math.max(1, Math.floor(availableParallelism() / 4)))
/** At 10 to 25 ms each the last one waits for 2 to 5 seconds. */
const WAITING_MAX = 200
const RETRY_AFTER_SECONDS = 3

/** No password has this hash; checking it costs what checking a real one costs. */
const NOBODYS_HASH = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** The queue that all hashing of this process goes through. */
export const createPasswordQueue = (): WorkQueue =>
  createWorkQueue({
    runningMax: RUNNING_MAX,
    waitingMax: WAITING_MAX,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    refusal: 'Too many people are signing in right now. Try again in a moment.',
  })

/** @returns The hash in PHC form. Call it in the queue. */
export async function hashPassword(password: string): Promise<string> {
  return await hash(canonical(password), PARAMETERS)
}

/**
 * Whether the password belongs to the hash. Takes as long when there is no such account, or none
 * with a password. Call it in the queue.
 */
export async function verifyPassword(
  passwordHash: string | null | undefined,
  password: string,
): Promise<boolean> {
  const isUsable = passwordHash?.startsWith('$argon2') ?? false
  const isRight = await verify(isUsable ? (passwordHash ?? '') : NOBODYS_HASH, canonical(password))
  return isUsable && isRight
}

/** Whether a hash is weaker than a new one would be. */
export function isOutdated(passwordHash: string): boolean {
  const { algorithm, memoryCost, timeCost } = parseOptions(passwordHash)
  return (
    algorithm !== PARAMETERS.algorithm ||
    memoryCost < PARAMETERS.memoryCost ||
    timeCost < PARAMETERS.timeCost
  )
}

/** The same characters whichever way a keyboard composes them. */
export const canonical = (password: string): string => password.normalize('NFKC')
