/**
 * A line of the server's log, which is JSON → a sentence for the operator.
 */
import { sanitise } from '../../../shared/text.ts'

/** pino's number of `warn`. */
const WARN = 40

export type LogRecord = Record<string, unknown>

/** Undefined if the text is no record. */
export function readRecord(json: string): LogRecord | undefined {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/**
 * Undefined for a record below `warn`, unless it refuses a connection, and for a new connection,
 * which `Arrivals` announces. `all`: returns every other record, for a log level of `debug` or `trace`.
 */
export function recordLine(json: string, all: boolean): string | undefined {
  const record = readRecord(json)
  if (record === undefined) return sanitise(json.trimEnd())
  const { level, time: _time, pid: _pid, hostname: _hostname, msg, ...rest } = record
  if (msg === 'connected') return undefined
  const isRefusal = String(record.reason).startsWith('refused')
  if (!all && Number(level) < WARN && !isRefusal) return undefined
  const details = Object.entries(rest).map(([key, value]) => ` ${key}=${detail(value)}`)
  return sanitise(`${isRefusal ? 'refused' : msg}${details.join('')}`)
}

function detail(value: unknown): string {
  const { message } = Object(value) as { message?: unknown }
  if (typeof message === 'string') return JSON.stringify(message)
  return typeof value === 'string' && !value.includes(' ') ? value : JSON.stringify(value)
}
