/**
 * How many connections the server accepts. Each needs a file descriptor, and a process without
 * any left closes new connections silently, so the limits stay below what the process has.
 */
import { readFileSync } from 'node:fs'
import type { QuotaLimits } from './quota.ts'

/** Descriptors for the log, the listeners, files that are being sent, and refused connections. */
const OWN_FILES = 72
/** Connections of one listener that are being refused: more are closed without a message. */
export const MAX_REFUSING = 16
const MAX_CHAT = 20_000
const MAX_HTTP = 4000
/** The share of the descriptors for HTTP, and of those the share of one network. */
const HTTP_SHARE = 1 / 4
const NETWORK_SHARE = 1 / 4

/** `chat`: raw connections and WebSockets. `http`: all other connections to the web port. */
export type Capacity = { chat: number; http: QuotaLimits }

export function capacity(openFiles = maxOpenFiles()): Capacity {
  const free = Math.max(0, openFiles - OWN_FILES)
  const total = Math.min(MAX_HTTP, Math.floor(free * HTTP_SHARE))
  return {
    chat: Math.min(MAX_CHAT, free - total),
    http: { total, ofNetwork: Math.ceil(total * NETWORK_SHARE) },
  }
}

/** The soft limit, which Node raises to the hard limit at its start; Infinity outside Linux. */
function maxOpenFiles(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Infinity : Number(soft)
  } catch {
    return Infinity
  }
}
