/**
 * The key that makes a person a host.
 *
 * MUST be kept as a salted hash only. MUST NOT hash on the event loop: it takes tens of ms.
 */
import { randomBytes, randomInt, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** The key of the rule that has the hash. */
export const KEY_RULE = 'key'

/** What is stored: base64. */
export type HashedKey = { salt: string; hash: string }

/** Letters and digits that are not taken for each other, and that make no words. */
const LETTERS = 'bcdfghjkmnpqrtvwxz'
const DIGITS = '23456789'
const HASH_BYTES = 32
const COST: ScryptOptions = { N: 16_384, r: 8, p: 1 }

/** In a thread of its own. */
function hashOf(key: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(plainKey(key), salt, HASH_BYTES, COST, (error, hash) => {
      if (error === null) resolve(hash)
      else reject(error)
    })
  })
}

/** Two groups of three, such as `k7m-q2x`: 28 random bits. At least one letter and one digit. */
export function newHostKey(): string {
  const both = LETTERS + DIGITS
  for (;;) {
    const group = () => [0, 1, 2].map(() => both[randomInt(both.length)]).join('')
    const key = `${group()}-${group()}`
    if (/\d/.test(key) && /[a-z]/.test(key)) return key
  }
}

/** Keys that differ in case, spaces and hyphens only are the same. */
export function plainKey(key: string): string {
  return key.normalize('NFKC').toLowerCase().replace(/[\s-]/g, '')
}

/** Fewer letters and digits could be guessed. */
const LEAST_LENGTH = 6
const MOST_LENGTH = 64

/** Why a key of the operator cannot be used, as the end of a sentence; undefined if it can. */
export function hostKeyFault(key: string): string | undefined {
  const { length } = plainKey(key)
  return length < LEAST_LENGTH || length > MOST_LENGTH || /\p{C}/u.test(key)
    ? `is not a key of ${LEAST_LENGTH} to ${MOST_LENGTH} characters`
    : undefined
}

export async function hashKey(key: string): Promise<HashedKey> {
  const salt = randomBytes(16)
  const hash = await hashOf(key, salt)
  return { salt: salt.toString('base64'), hash: hash.toString('base64') }
}

export async function isKey(given: string, { salt, hash }: HashedKey): Promise<boolean> {
  const stored = Buffer.from(hash, 'base64')
  const made = await hashOf(given, Buffer.from(salt, 'base64'))
  return made.length === stored.length && timingSafeEqual(made, stored)
}

/** `/host KEY` that is sent as text, and a key of the form above after that word or alone on a line. */
const SAID = /^\s*\/+host\s+\S/im
const GROUPS = `[${LETTERS}${DIGITS}]{3}-[${LETTERS}${DIGITS}]{3}`
const SHOWN = new RegExp(`^\\s*/*(?:host\\s+)?(?=\\S*\\d)(?=\\S*[a-z])${GROUPS}\\s*$`, 'im')

/**
 * Whether a text has the form of a key, right or wrong: were only the right one rejected, anybody
 * could find it out by saying keys.
 */
export function looksLikeKey(text: string): boolean {
  return SAID.test(text) || SHOWN.test(text)
}
