/**
 * A line of the server's log, which is JSON → a sentence for the operator.
 */
import { sanitise } from '../../../shared/text.ts'

/** pino's number of `warn`. */
const WARN = 40

/**
 * Undefined for a record below `warn`, unless it announces or refuses a connection. `all`:
 * returns every record, for a log level of `debug` or `trace`.
 */
export function recordLine(json: string, all: boolean): string | undefined {
  let record: Record<string, unknown>
  try {
    record = JSON.parse(json)
  } catch {
    return sanitise(json.trimEnd())
  }
  const { level, time: _time, pid: _pid, hostname: _hostname, msg, ...rest } = record
  if (msg === 'connected') return connected(record)
  const isRefusal = String(record.reason).startsWith('refused')
  if (!all && Number(level) < WARN && !isRefusal) return undefined
  const details = Object.entries(rest).map(([key, value]) => ` ${key}=${detail(value)}`)
  return sanitise(`${isRefusal ? 'refused' : msg}${details.join('')}`)
}

/** The line in the form of the first version of the server; undefined for the console itself. */
function connected({ remote, via }: Record<string, unknown>): string | undefined {
  if (via === 'relay') return `Connected to ${sanitise(String(remote))}`
  const [, host, port] = /^(.*):(\d+)$/.exec(String(remote)) ?? []
  return host === undefined ? undefined : `Connected client : ('${sanitise(host)}', ${port})`
}

function detail(value: unknown): string {
  const { message } = Object(value) as { message?: unknown }
  if (typeof message === 'string') return JSON.stringify(message)
  return typeof value === 'string' && !value.includes(' ') ? value : JSON.stringify(value)
}
