/** The typed commands of hosts → requests. */
import type { Order, Ordered } from '../acts.ts'
import { parseDuration } from '../duration.ts'
import { signOf } from '../reactions.ts'
import type { ActRequest } from '../requests.ts'
import { parseDirect } from '../typed.ts'
import type { Decoded } from './dialect.ts'

/** Instead of a name: everybody in the room. */
const ALL = /^all(?=\s|$)/i

/** `argument`: not empty, unless the command has none. */
export function decodeOrder(type: Ordered, argument: string): Decoded {
  switch (type) {
    case 'mute':
      return withTime(type, argument)
    case 'unmute':
      return order({ type, ...whoOf(argument).who })
    case 'kick': {
      const { to, text } = parseDirect(argument)
      return order({ type, person: to, ...(text !== '' && { reason: text }) })
    }
    case 'ban':
      return decodeBan(argument)
    case 'rename': {
      const { to, text } = parseDirect(argument)
      if (text !== '') return order({ type, person: to, name: text })
      return misused('Usage: /rename NAME NEW')
    }
    case 'slow':
      return decodeSlow(argument)
    case 'lesson':
      if (argument === '') return order({ type })
      return argument.toLowerCase() === 'off'
        ? order({ type, on: false })
        : misused('/lesson has no argument, or off.')
    case 'hand':
      return decodeHand(argument)
    case 'lower':
      return order(argument === '' ? { type } : { type, person: parseDirect(argument).to })
    case 'lock':
    case 'unlock':
      return order({ type })
    case 'approve':
      return decodeApprove(argument)
    case 'redact':
    case 'pin': {
      if (type === 'pin' && argument.toLowerCase() === 'off') return order({ type })
      const { to } = parseDirect(argument)
      return order(
        /^#?\d{1,12}$/.test(to) ? { type, seq: Number(to.replace('#', '')) } : { type, person: to },
      )
    }
    case 'react':
      return order(decodeReact(argument) ?? { type })
    case 'unhost':
    case 'unban':
    case 'observer':
      return order({ type, person: parseDirect(argument).to })
  }
}

/** Which own text to take away: the latest, that with this number, or the latest to this person. */
export function decodeUndo(argument: string): ActRequest {
  const type = 'redact'
  if (argument === '') return { type: 'act', act: { type } }
  const [, seq] = /^#?(\d{1,12})$/.exec(argument) ?? []
  return seq === undefined || Number(seq) === 0
    ? { type: 'act', act: { type }, direct: parseDirect(argument).to }
    : { type: 'act', act: { type, seq: Number(seq) } }
}

/** `NAME SIGN`, `SEQ SIGN` or `SIGN` alone; undefined if the argument is empty. */
export function decodeReact(argument: string): Order | undefined {
  const [, target = '', sign] = /^(?:(.*\S)\s+)?(\S+)$/u.exec(argument) ?? []
  if (sign === undefined) return undefined
  const [, seq] = /^#?(\d{1,12})$/.exec(target) ?? []
  return {
    type: 'react',
    sign: signOf(sign),
    ...(seq !== undefined && Number(seq) > 0
      ? { seq: Number(seq) }
      : target !== '' && { person: parseDirect(target).to }),
  }
}

function withTime(type: Ordered, argument: string): Decoded {
  const { who, rest } = whoOf(argument)
  if (rest === '') return order({ type, ...who })
  const seconds = parseDuration(rest)
  if (seconds !== undefined) return order({ type, ...who, seconds })
  return misused(`/${type} takes a time such as 30s, 10m, 2h or 1d after the name.`)
}

/** The time and the word `address` in any order. */
function decodeBan(argument: string): Decoded {
  const { to, text } = parseDirect(argument)
  const words = text.split(/\s+/).filter((word) => word !== '')
  const times = words.filter((word) => word.toLowerCase() !== 'address')
  const address = times.length < words.length ? { address: true } : {}
  const seconds = parseDuration(times[0] ?? '')
  if (times.length === 0) return order({ type: 'ban', person: to, ...address })
  if (times.length === 1 && seconds !== undefined) {
    return order({ type: 'ban', person: to, seconds, ...address })
  }
  return misused(
    '/ban takes a time such as 30s, 10m, 2h or 1d, and the word address, after the name.',
  )
}

function decodeSlow(argument: string): Decoded {
  const seconds = parseDuration(argument)
  if (seconds !== undefined) return order({ type: 'slow', seconds })
  return argument.toLowerCase() === 'off'
    ? order({ type: 'slow' })
    : misused('/slow takes a time such as 10s or 1m, or off.')
}

/** Without an argument, the opposite of before. */
function decodeHand(argument: string): Decoded {
  const given = argument.toLowerCase()
  if (given === '') return order({ type: 'hand' })
  return given === 'up' || given === 'down'
    ? order({ type: 'hand', on: given === 'up' })
    : misused('/hand is up or down.')
}

/** Without an argument, it requests whether the approval is on. */
function decodeApprove(argument: string): Decoded {
  const given = argument.toLowerCase()
  if (given === '') return { type: 'request', request: { type: 'show_approval' } }
  return given === 'on' || given === 'off'
    ? order({ type: 'approve', on: given === 'on' })
    : misused('/approve is on or off.')
}

function misused(message: string): Decoded {
  return { type: 'fault', fault: { code: 'bad_message', message } }
}

function whoOf(argument: string): { who: { person?: string }; rest: string } {
  if (ALL.test(argument)) return { who: {}, rest: argument.replace(ALL, '').trim() }
  const { to, text } = parseDirect(argument)
  return { who: { person: to }, rest: text.trim() }
}

function order(act: Order): Decoded {
  return { type: 'request', request: { type: 'act', act } }
}
