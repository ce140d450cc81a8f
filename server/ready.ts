/**
 * What a server prints when it is ready: its addresses, and who may come in.
 */
import type { Config } from './config.ts'
import type { Gateway } from './gateway.ts'
import { isWildcard } from './net/addresses.ts'
import { isProxied } from './opening.ts'

/** The option with which other machines reach the server. */
const SHARING = '--host 0.0.0.0'

/** The lines for standard output. */
export function readyLines(gateway: Gateway, config: Config): string[] {
  const { webUrl, rooms, hostKey, certificateFaults } = gateway
  const { words } = rooms.doors
  const { publicUrl, publicTcp } = config
  return [
    'Server started',
    `  web  ${withCode(webUrl, words)}`,
    ...rawLines(gateway),
    ...(publicUrl ? [`  public ${withCode(publicUrl.href, words)}`] : []),
    ...(publicTcp ? [`  public nc ${publicTcp.host} ${publicTcp.port}`] : []),
    ...(words === undefined ? [] : [`  code ${words}`]),
    ...sharingLines(gateway, config),
    ...(hostKey === undefined ? [] : [`  host ${hostKey} is the key of the hosts, shown only now`]),
    ...certificateFaults.map((sentence) => `  !    ${sentence}`),
    'Waiting for client request..',
  ]
}

/** The address to share; undefined if only this machine can use it. */
export function invitation({ hosts, webUrl, rooms }: Gateway, { publicUrl }: Config) {
  if (publicUrl === undefined && hosts.length === 0) return undefined
  return withCode(publicUrl?.href ?? webUrl, rooms.doors.words)
}

/** Who may come in, as sentences. None if `readyLines` say all. */
export function entryLines({ rooms }: Gateway, { trust: { networks } }: Config): string[] {
  const { doors, hosts } = rooms
  const trusted = networks.length === 0 ? '' : ` People from ${networks.join(', ')} need none.`
  return [
    ...(doors.needsCode
      ? [`People need the code, or knock until a host lets them in.${trusted}`]
      : ['Any client that reaches these addresses can join.']),
    ...(hosts.rules.needsApproval ? ['Each new person waits for a host (/approve).'] : []),
    ...(hosts.rules.isLocked ? ['New people cannot join until /unlock.'] : []),
  ]
}

/** A browser does not send what follows the `#` to the server. */
function withCode(url: string, words: string | undefined): string {
  return words === undefined ? url : `${url.replace(/\/$/, '')}/#code=${words}`
}

/** How to join from a terminal, without TLS and with it. */
function rawLines({ tcp: { host, port }, udpPort, tls }: Gateway): string[] {
  const secure = `ncat --ssl ${host} ${port}`
  if (tls === 'only') return [`  tcp  ${secure}`]
  return [
    `  tcp  nc ${host} ${port}`,
    ...(tls === 'off' ? [] : [`  tls  ${secure}`]),
    ...(udpPort === undefined ? [] : [`  udp  nc -u ${host} ${udpPort}`]),
  ]
}

/** The other addresses of this machine, or how to share the server. */
function sharingLines({ hosts, tcp }: Gateway, config: Config): string[] {
  if (isProxied(config)) return []
  const others = hosts.filter((one) => one !== tcp.host)
  if (others.length > 0) return [`  also at ${others.join(', ')}`]
  if (hosts.length > 0) return []
  if (isWildcard(config.host)) return ['  Only this machine can join: it is in no network.']
  const isNpm = process.env.npm_lifecycle_event === 'start'
  return [
    `  Only this machine can join. To share: ${isNpm ? 'npm start --' : 'oneroom'} ${SHARING}`,
  ]
}
