/**
 * Tokens: proof of being the same person as before, over reconnections. A token is
 * the person's id and its HMAC under the log's secret, so the server remembers none.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { foldName } from '../../shared/names.ts'

/** A new person's id: 10 characters of base64url, 56 random bits. */
export function newPersonId(): string {
  return randomBytes(7).toString('base64url')
}

/** `id.mac`, 10 and 11 characters of base64url: short enough to be typed, 64 bits to guess. */
export function tokenFor(id: string, secret: Uint8Array): string {
  const mac = createHmac('sha256', secret).update(id).digest().subarray(0, 8)
  return `${id}.${mac.toString('base64url')}`
}

/** The person's id, or undefined when the token was not made with this secret. */
export function personOf(token: string, secret: Uint8Array): string | undefined {
  const [id = ''] = token.split('.', 1)
  // As text: decoding base64url overlooks much, and one person would have many tokens.
  const right = Buffer.from(tokenFor(id, secret))
  const given = Buffer.from(token)
  return given.length === right.length && timingSafeEqual(given, right) ? id : undefined
}

const LOOKS_LIKE_TOKEN = /[\w-]{10}\.[\w-]{11}/g

/** Whether somebody could be taken for another with what is in this text. */
export function holdsToken(text: string, secret: Uint8Array): boolean {
  if (!text.includes('.')) return false
  return (text.match(LOOKS_LIKE_TOKEN) ?? []).some((found) => personOf(found, secret) !== undefined)
}

/** The id of whoever says something under this name without ever being here: always the same. */
export function idOfName(name: string, secret: Uint8Array): string {
  const mac = createHmac('sha256', secret)
    .update(`name ${foldName(name)}`)
    .digest()
  return mac.subarray(0, 7).toString('base64url')
}
