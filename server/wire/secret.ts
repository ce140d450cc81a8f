/**
 * What of a message nobody may see on a wire: codes, keys, tokens and direct messages. Pure.
 *
 * MUST hide too much rather than too little.
 */
import type { Decoded } from '../../shared/dialect/dialect.ts'
import { TOKENS } from '../../shared/dialect/secret.ts'
import type { Range } from '../../shared/wire.ts'

/** Of a JSON message whose other fields are no secret. */
const FIELDS = /"(?:token|code|key|pass|url)"\s*:\s*"((?:[^"\\]|\\.)*)"?/dg
/** The same in a message that has direct messages. */
const DIRECT_FIELDS = /"(?:token|code|key|pass|url|text|query)"\s*:\s*"((?:[^"\\]|\\.)*)"?/dg
/** A command with its slash, and the spaces after it. */
const COMMAND = /^\s*\/*\S+\s*/

const SECRET_REQUESTS: ReadonlySet<string> = new Set(['direct', 'reply', 'resume', 'host'])

/** Ranges of `text` (in UTF-16 units) that are hidden, of a message of the client. */
export function hiddenIn(text: string, decoded: Decoded, isOutside: boolean): Range[] {
  return [...secretIn(text, decoded, isOutside), ...tokensIn(text)]
}

/** Tokens that were said by mistake: the server rejects them. */
function tokensIn(text: string): Range[] {
  return [...text.matchAll(TOKENS)].map(({ 0: token, index }) => [index, index + token.length])
}

function secretIn(text: string, decoded: Decoded, isOutside: boolean): Range[] {
  const isJson = /^\s*[[{]/.test(text)
  if (decoded.type === 'fault') {
    // A misspelt command may be one whose argument is secret.
    if (isJson) return [[0, text.length]]
    return /^\s*\//.test(text) ? [afterCommand(text)] : []
  }
  if (isJson) return fieldsIn(text, isDirect(decoded) ? DIRECT_FIELDS : FIELDS)
  if (isOutside) return [[0, text.length]]
  if (decoded.type !== 'request') return []
  const { request } = decoded
  const isQuery = request.type === 'history' || request.type === 'search'
  if (isQuery && request.direct !== undefined) return [afterCommand(text)]
  return SECRET_REQUESTS.has(request.type) ? [afterCommand(text)] : []
}

/** The same of a unit of the server that its dialect has called secret. */
export function hiddenInUnit(text: string): Range[] {
  if (!text.startsWith('{')) return [[0, text.length]]
  const fields = text.startsWith('{"type":"welcome"') ? FIELDS : DIRECT_FIELDS
  return [...fieldsIn(text, fields), ...tokensIn(text)]
}

function isDirect(decoded: Decoded): boolean {
  return (
    decoded.type === 'request' && (decoded.request.type === 'direct' || 'direct' in decoded.request)
  )
}

function afterCommand(text: string): Range {
  const [command = ''] = COMMAND.exec(text) ?? []
  return [command.length, text.length]
}

function fieldsIn(text: string, fields: RegExp): Range[] {
  return [...text.matchAll(fields)].flatMap(({ indices }) => (indices?.[1] ? [indices[1]] : []))
}
