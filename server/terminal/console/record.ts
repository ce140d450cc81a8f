/**
 * A line of the server's log, which is JSON → a sentence for the person who runs it.
 */
import { sanitise } from '../../../shared/text.ts'

/** pino's number of `warn`. */
const WARN = 40

/**
 * Undefined for what the room tells anyway, or nobody watches for. `all`: nothing is left
 * out, as whoever chose a finer level wants it.
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

/** As the first server that this one grew from announced it. */
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
