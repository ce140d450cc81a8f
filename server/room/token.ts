/**
 * Tokens: proof of being the same person as before, over reconnections. A token is
 * the person's id and its HMAC under the log's secret, so the server remembers none.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new person's id: 12 characters of base64url, 72 random bits. */
export function newPersonId(): string {
  return randomBytes(9).toString('base64url')
}

/** `id.mac`, 35 characters of base64url and one dot. */
export function tokenFor(id: string, secret: Uint8Array): string {
  return `${id}.${mac(id, secret).toString('base64url')}`
}

/** The person's id, or undefined when the token was not made with this secret. */
export function personOf(token: string, secret: Uint8Array): string | undefined {
  const [id = '', given = ''] = token.split('.')
  const right = mac(id, secret)
  const bytes = Buffer.from(given, 'base64url')
  return bytes.length === right.length && timingSafeEqual(bytes, right) ? id : undefined
}

function mac(id: string, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(id).digest().subarray(0, 16)
}
