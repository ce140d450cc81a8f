/**
 * Tokens, with which a client proves after a reconnect that it is the same person. A token
 * is the person's id and an HMAC of it, so the server stores none.
 *
 * The keys for tokens and for other ids MUST differ, because ids are public. A token MUST NOT
 * prove an id of the server itself: the secret can be read by others who may read the data folder.
 */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { foldName } from '../../shared/fold.ts'

/** Bytes of a key: as many as SHA-256 gives. */
const KEY_BYTES = 32

/** The operator's id, at a server that has the store alone. */
export const OPERATOR_ID = 'server'
const DISTINCT_OPERATOR = /^server-[0-9a-f]{12}$/
/** Id of the relay, the same after each restart. */
export const RELAY_ID = 'relay'

type Keys = { token: Uint8Array; name: Uint8Array; network: Uint8Array; ticket: Uint8Array }
/** Derived once for each secret: it takes ten times as long as an HMAC. */
const derived = new WeakMap<Uint8Array, Keys>()

/** The keys derived from the log's secret, one for each purpose (HKDF, RFC 5869). */
function keysOf(secret: Uint8Array): Keys {
  let keys = derived.get(secret)
  if (keys === undefined) {
    const keyFor = (purpose: string) =>
      new Uint8Array(hkdfSync('sha256', secret, '', `oneroom ${purpose}`, KEY_BYTES))
    keys = {
      token: keyFor('token'),
      name: keyFor('name'),
      network: keyFor('network'),
      ticket: keyFor('ticket'),
    }
    derived.set(secret, keys)
  }
  return keys
}

/**
 * The operator's id at one of several servers. `place`: the same after a restart of this server, and
 * of no other; undefined if there is none.
 */
export function operatorIdAt(place: string | undefined): string {
  const digest = place === undefined ? randomBytes(6) : createHash('sha256').update(place).digest()
  return `${OPERATOR_ID}-${digest.toString('hex', 0, 6)}`
}

/** Whether it is the id of an operator: the person at the console of a server. */
export function isOperator(id: string): boolean {
  return id === OPERATOR_ID || DISTINCT_OPERATOR.test(id)
}

/** Whether the id is of a server itself: no token proves it. */
function isReserved(id: string): boolean {
  return isOperator(id) || id === RELAY_ID
}

/** Returns a new person's id: 10 characters of base64url, 56 random bits. */
export function newPersonId(): string {
  return randomBytes(7).toString('base64url')
}

/** Whether the text has the form of an id. Names can have it, too. */
export function isLikeId(text: string): boolean {
  return isReserved(text) || /^[\w-]{10}$/.test(text)
}

/** Returns `id.mac`: 10 and 11 characters of base64url, short enough to type; the MAC has 64 bits. */
export function tokenFor(id: string, secret: Uint8Array): string {
  const mac = createHmac('sha256', keysOf(secret).token).update(id).digest().subarray(0, 8)
  return `${id}.${mac.toString('base64url')}`
}

/** Returns the person's id, or undefined if the token was not made with this secret. */
export function personOf(token: string, secret: Uint8Array): string | undefined {
  const [id = ''] = token.split('.', 1)
  if (isReserved(id)) return undefined
  // Compared as text: several base64url texts decode to the same bytes, but a person has one token.
  const right = Buffer.from(tokenFor(id, secret))
  const given = Buffer.from(token)
  return given.length === right.length && timingSafeEqual(given, right) ? id : undefined
}

/** Looks ahead, so that a match does not hide another that begins in it. */
const LOOKS_LIKE_TOKEN = /(?=([\w-]{10}\.[\w-]{11}))/g

/** Whether the text contains a valid token, with which others could impersonate its owner. */
export function holdsToken(text: string, secret: Uint8Array): boolean {
  if (!text.includes('.')) return false
  for (const [, found = ''] of text.matchAll(LOOKS_LIKE_TOKEN)) {
    if (personOf(found, secret) !== undefined) return true
  }
  return false
}

/** Returns the id of a sender that is never a member: always the same for one name. */
export function idOfName(name: string, secret: Uint8Array): string {
  const mac = createHmac('sha256', keysOf(secret).name).update(foldName(name)).digest()
  return mac.subarray(0, 7).toString('base64url')
}

/** A mark of a network: always the same, and without the secret it says nothing about the network. */
export function markOf(network: string, secret: Uint8Array): string {
  const mac = createHmac('sha256', keysOf(secret).network).update(network).digest()
  return mac.subarray(0, 8).toString('base64url')
}

/** A signature of what the holder of a ticket may do: 22 characters of base64url, 128 bits. */
export function signed(text: string, secret: Uint8Array): string {
  const mac = createHmac('sha256', keysOf(secret).ticket).update(text).digest()
  return mac.subarray(0, 16).toString('base64url')
}
