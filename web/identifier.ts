/**
 * A new id for a message: 128 random bits. `crypto.randomUUID` is missing on pages loaded over plain
 * HTTP from another host, as on a LAN.
 */
export function createIdentifier(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
