/** The socket to the server, with TLS or without, and what can be wrong with the certificate. */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Address, addressText } from '../../../shared/address.ts'

/** `ca`: certificates (PEM) that are trusted in place of those of the public authorities. */
export type Destination = Address & { tls?: { ca: string | undefined } | undefined }

/** Returns the socket, and the event with which it is connected. */
export function openSocket({ host, port, tls }: Destination): {
  socket: Socket
  connected: 'connect' | 'secureConnect'
} {
  const to = { host, port, noDelay: true }
  if (tls === undefined) return { socket: connect(to), connected: 'connect' }
  const socket = connectTls({ ...to, ...(tls.ca !== undefined && { ca: tls.ca }) })
  return { socket, connected: 'secureConnect' }
}

/** Returns a sentence, or undefined if the error is not one of TLS. */
export function tlsReason(
  { code = '', message }: NodeJS.ErrnoException,
  address: Address,
): string | undefined {
  const place = addressText(address)
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `The certificate of ${place} is of no authority that this machine trusts. If you do, give its file with --ca.`
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${place} has expired.`
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${place} is not valid yet.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${place} is for another host.`
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${place} does not speak TLS. Leave out --tls.`
    default:
      return code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')
        ? `TLS with ${place} failed: ${message}.`
        : undefined
  }
}
