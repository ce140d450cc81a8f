/** The certificate and its key: reads the files, and finds what is wrong with them. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { isLoopback } from '../trust.ts'

/** Absolute paths of files in PEM format. `cert`: the certificate, then those of its authorities. */
export type CertificateFiles = { cert: string; key: string }
/** The contents of the files. */
export type Pair = { cert: string; key: string }

/** Days before the end of a certificate at which it is to be renewed. */
const RENEW_DAYS = 14
const DAY_MS = 86_400_000

/** The files cannot be used. The message is one sentence for the operator. */
export class CertificateFault extends Error {}

/** Absolute, since `oneroom doctor` may read them from another folder. */
export function filesAt(cert: string, key: string): CertificateFiles {
  return { cert: resolve(cert), key: resolve(key) }
}

/**
 * Host names and addresses under which people reach a server that other machines reach at `host`,
 * as far as it knows them.
 */
export function ownNames(host: string, allowHost: readonly string[]): string[] {
  const local = isLoopback(host) ? ['localhost'] : []
  return [...new Set([host, ...allowHost, ...local])]
}

/** Rejects with a CertificateFault. */
export async function readPair({ cert, key }: CertificateFiles): Promise<Pair> {
  const pair = { cert: await read('--tls-cert', cert), key: await read('--tls-key', key) }
  const certificate = tryTo(() => new X509Certificate(pair.cert))
  if (certificate === undefined) {
    throw new CertificateFault(`--tls-cert ${cert} has no certificate in PEM format.`)
  }
  const privateKey = tryTo(() => createPrivateKey(pair.key))
  if (privateKey === undefined) {
    throw new CertificateFault(
      `--tls-key ${key} has no private key in PEM format, or one with a passphrase.`,
    )
  }
  if (!certificate.checkPrivateKey(privateKey as KeyObject)) {
    throw new CertificateFault(`--tls-key ${key} is not the key of the certificate in ${cert}.`)
  }
  try {
    createSecureContext(pair)
  } catch (error) {
    throw new CertificateFault(`--tls-cert ${cert} cannot be used: ${(error as Error).message}.`)
  }
  return pair
}

async function read(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CertificateFault(`${flag} ${path} ${readFault(error as NodeJS.ErrnoException)}.`)
  }
}

function readFault({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist'
  if (code === 'EACCES') return 'may not be read by this user'
  return `cannot be read: ${message}`
}

function tryTo<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

/**
 * Returns a sentence for each reason for which clients refuse the certificate, now or soon.
 * `names`: host names and addresses of the server. `now`: ms since 1970.
 */
export function weaknesses({ cert }: Pair, names: readonly string[], now: number): string[] {
  const certificate = new X509Certificate(cert)
  const from = Date.parse(certificate.validFrom)
  const until = Date.parse(certificate.validTo)
  const found: string[] = []
  if (now > until) {
    found.push(`The certificate has expired: clients refuse it since ${textOf(until)}.`)
  } else if (now < from) {
    found.push(`Clients refuse the certificate until ${textOf(from)}, when it becomes valid.`)
  } else if (until - now < RENEW_DAYS * DAY_MS) {
    found.push(`The certificate expires on ${textOf(until)}. Renew it.`)
  }
  if (!names.some((name) => covers(certificate, name))) {
    const covered = namesIn(certificate).join(', ') || 'no host'
    found.push(
      `The certificate is for ${covered}, and not for ${names.join(', ')}: clients refuse it there. If people use another name of this server, give it with --allow-host.`,
    )
  }
  return found
}

/** The first of the names that the certificate is for. */
export function coveredName({ cert }: Pair, names: readonly string[]): string | undefined {
  const certificate = new X509Certificate(cert)
  return names.find((name) => covers(certificate, name))
}

/** As browsers decide: the common name of the subject does not count. */
function covers(certificate: X509Certificate, name: string): boolean {
  return isIP(name) !== 0
    ? certificate.checkIP(name) !== undefined
    : certificate.checkHost(name, { subject: 'never' }) !== undefined
}

function namesIn({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = '']) => name)
}

function textOf(ms: number): string {
  return Number.isNaN(ms) ? 'an unknown time' : new Date(ms).toISOString()
}
