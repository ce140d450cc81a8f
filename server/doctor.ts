/**
 * `oneroom doctor` of a data folder: shows which clients can reach the server of a data folder, and how to fix each
 * weakness.
 */
import { readdirSync, statfsSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { isInUse } from './log/sqlite/folder.ts'
import { useRules } from './log/sqlite/rules.ts'
import { CertificateFault, readPair, weaknesses } from './net/listen/certificate.ts'
import { isExpired, type RoomCode } from './room/doors/code.ts'
import { CODE_RULE } from './room/doors/doors.ts'
import { HOST_PREFIX } from './room/hosts/rules.ts'
import { SERVING_RULE, type Serving, type ServingTls } from './serving.ts'

/** A sentence. `weak`: it names a weakness, and its fix. */
export type Finding = { weak: boolean; text: string }

export type Facts = {
  folder: string
  serving: Serving
  /** Names of the hosts besides the console, at the time when they became hosts. */
  hosts: readonly string[]
  isRunning: boolean
  code: RoomCode | undefined
  /** Addresses of this machine that other machines may reach. */
  addresses: readonly string[]
  logBytes: number
  freeBytes: number
  /** Whether other users of the machine can open the folder. */
  isShared: boolean
  /** Reasons for which clients refuse the certificate, as sentences. */
  certificateFaults: readonly string[]
  /** ms since 1970. */
  now: number
}

/** What is known of a server, whatever its log is in. `hidesCode`: whether the room code is not shown. */
export type Described = Pick<Facts, 'serving' | 'hosts' | 'code' | 'addresses' | 'now'> & {
  hidesCode?: boolean
  /** Undefined if the files are those of another machine. */
  certificateFaults?: readonly string[]
}

const GB = 1e9
/** Free space, in bytes, below which the doctor warns. */
const LITTLE_SPACE = GB
const OTHERS = 0o077

/** Reads the facts. Rejects with a fault of the data folder. */
export async function factsOf(folder: string, now: number): Promise<Facts | undefined> {
  const { serving, code, hosts } = await useRules(folder, ({ read, list }) => ({
    hosts: (list(HOST_PREFIX) as { name: string }[]).map(({ name }) => name),
    serving: read(SERVING_RULE) as Serving | undefined,
    code: read(CODE_RULE) as RoomCode | undefined,
  }))
  if (serving === undefined) return undefined
  const { bavail, bsize } = statfsSync(folder)
  return {
    folder,
    serving,
    hosts,
    isRunning: isInUse(folder),
    code,
    addresses: addressesOfMachine(),
    logBytes: readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    freeBytes: bavail * bsize,
    isShared: process.platform !== 'win32' && (statSync(folder).mode & OTHERS) !== 0,
    certificateFaults: serving.tls == null ? [] : await certificateFaults(serving.tls, now),
    now,
  }
}

async function certificateFaults({ files, names }: ServingTls, now: number): Promise<string[]> {
  try {
    return weaknesses(await readPair(files), names, now)
  } catch (error) {
    if (!(error instanceof CertificateFault)) throw error
    return [error.message]
  }
}

/** Those that other machines may reach. */
export function addressesOfMachine(): string[] {
  const cards = Object.values(networkInterfaces()).flatMap((card) => card ?? [])
  return cards.filter(({ internal }) => !internal).map(({ address }) => address)
}

/** Undefined if no server of this version has used the folder. Rejects with a fault of the folder. */
export async function diagnoseFolder(folder: string, now: number): Promise<Finding[] | undefined> {
  const facts = await factsOf(folder, now)
  return facts && diagnose(facts)
}

export function diagnose(facts: Facts): Finding[] {
  return [running(facts), ...described(facts), ...disk(facts)]
}

export function described(facts: Described): Finding[] {
  const hosts = fine(hostText(facts))
  return [...reach(facts), ...encryption(facts), ...entrance(facts), hosts, ...limits(facts)]
}

export const fine = (text: string): Finding => ({ weak: false, text })
export const weak = (text: string): Finding => ({ weak: true, text })

function running({ isRunning, serving, folder }: Facts): Finding {
  return isRunning
    ? fine(`The server of ${folder} is running since ${serving.startedAt}.`)
    : weak(`No server uses ${folder} now. These findings are about its last start.`)
}

function reach({ serving, addresses }: Described): Finding[] {
  const { host, isLoopback, isProxied, webPort, tcpPort, udpPort = null } = serving
  const byTcp =
    webPort === tcpPort
      ? `port ${webPort} (page, HTTP, nc and programs)`
      : `port ${webPort} (page and HTTP) and port ${tcpPort} (nc and programs)`
  const ports = udpPort === null ? byTcp : `${byTcp}, and port ${udpPort} (UDP)`
  if (isLoopback && isProxied) {
    return [fine(`It listens on ${host}, ${ports}. Other machines reach it through a proxy.`)]
  }
  if (isLoopback) {
    return [
      fine(`It listens on ${host}, ${ports}. Only programs on this machine can reach it.`),
      serving.needsCode
        ? fine('A proxy or a tunnel on this machine would admit other machines, with the code.')
        : fine('A proxy or a tunnel on this machine would admit other machines, without a code.'),
    ]
  }
  const all = host === '0.0.0.0' || host === '::'
  const at = all ? `all addresses of this machine: ${addresses.join(', ') || 'none'}` : host
  return [fine(`It listens on ${at}; ${ports}. Every machine with a route to them can reach it.`)]
}

function encryption({ serving, certificateFaults = [] }: Described): Finding[] {
  const { isLoopback, tls } = serving
  if (tls == null) {
    const text =
      'Nothing is encrypted: every network on the way can read and change the traffic. Start it with --tls-cert, or put the page behind a proxy with TLS, and reach the raw port over SSH or a VPN.'
    return isLoopback ? [] : [weak(text)]
  }
  const certificate =
    certificateFaults.length === 0
      ? [fine(`It speaks TLS with the certificate ${tls.files.cert}.`)]
      : certificateFaults.map(weak)
  if (tls.isOnly) return certificate
  const text =
    'Raw clients can also connect without TLS: networks on the way can read and change what they send. Refuse them with --tls-only.'
  return [...certificate, isLoopback ? fine(text) : weak(text)]
}

function entrance({ serving, code, hidesCode, now }: Described): Finding[] {
  const { isLoopback, isProxied, needsCode, trust, reserve } = serving
  const trusted = trust.networks.join(', ')
  const findings: Finding[] = []
  if (!needsCode && (!isLoopback || isProxied)) {
    findings.push(weak('Every client that can reach it can join. Start it without --open.'))
  }
  if (needsCode && code !== undefined) {
    findings.push(
      isExpired(code, now)
        ? weak(
            `The room code has expired, so new people cannot join. Make one: oneroom code --new.`,
          )
        : fine(
            `People need the room code${hidesCode ? '' : ` ${code.words}`} to join${untilText(code)}.`,
          ),
    )
    if (code.words.replaceAll('-', '').length < 8) {
      findings.push(
        weak('The code is short: an attacker can guess it. Make one: oneroom code --new.'),
      )
    }
  }
  if (trusted !== '') {
    findings.push(weak(`Clients from ${trusted} need no code and have no limits (--trust).`))
  }
  findings.push(
    fine(
      reserve
        ? 'People can register names (--reserve).'
        : 'A name is free after its owner has left.',
    ),
  )
  return findings
}

function hostText({ hosts }: Described): string {
  if (hosts.length === 0) return 'The only host is the operator, at the terminal of the server.'
  return `The hosts are the operator, at the terminal of the server, and ${hosts.join(', ')}. Some may have another name now.`
}

function untilText({ until }: RoomCode): string {
  return until === undefined ? '' : ` until ${until}`
}

function limits({ serving }: Described): Finding[] {
  const { addressConnections, trust, isLoopback, needsCode } = serving
  const findings = [
    addressConnections === null
      ? weak('One address can have any number of connections (--address-connections off).')
      : fine(
          `One address can have ${addressConnections} connections, and more if people there gave the code.`,
        ),
  ]
  if (!trust.limitsLocal && (needsCode || !isLoopback)) {
    findings.push(
      fine('Clients on this machine have no limits. Behind a proxy on it, use --trust none.'),
    )
  }
  return findings
}

function disk({ folder, logBytes, freeBytes, isShared }: Facts): Finding[] {
  const space = `The log has ${size(logBytes)}; the disk has ${size(freeBytes)} free.`
  return [
    freeBytes < LITTLE_SPACE
      ? weak(
          `${space} Without space, the server cannot record messages. Use --retain, or a larger disk.`,
        )
      : fine(space),
    isShared
      ? weak(`Other users of this machine can open ${folder}. Run chmod 700 ${folder}.`)
      : fine(`Only the owner of ${folder} can open it.`),
  ]
}

export function size(bytes: number): string {
  return bytes < GB ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / GB).toFixed(1)} GB`
}
