/**
 * The body of a request → text, or fields, as the programs that send messages write them: JSON, a
 * form, `multipart/form-data`, plain text, or a body without a Content-Type (`curl -T`).
 */
import type { Fault } from '../../../shared/errors.ts'
import { decodeUtf8 } from '../../../shared/text.ts'
import { readMultipart } from './multipart.ts'

export type Fields = Record<string, unknown>
export type Body = { type: 'text'; text: string } | { type: 'fields'; fields: Fields }
export type ReadBody = { ok: true; body: Body } | { ok: false; fault: Fault }

/** Fields of a form. `curl -d` sends everything as a form, so one with other fields is plain text. */
const FORM_FIELDS = ['text', 'content', 'name', 'username', 'id', 'action', 'room']
/** Fields of a form that are JSON: of Slack, Mattermost and GitHub, and of Discord. */
const PAYLOADS = ['payload', 'payload_json']

const BAD_JSON: ReadBody = { ok: false, fault: { code: 'bad_json' } }
const NO_OBJECT = bad('The body must be a JSON object.')
const NO_MULTIPART = bad('The body is not valid multipart/form-data.')

/** `type`: the Content-Type; undefined if the request has none. Text is UTF-8, whatever it says. */
export function readBody(type: string | undefined, bytes: Buffer): ReadBody {
  const media = type?.split(';', 1)[0]?.trim().toLowerCase()
  if (media === undefined || media.startsWith('text/')) return text(textOf(bytes))
  if (media === 'application/json' || media.endsWith('+json')) return readJson(textOf(bytes))
  if (media === 'application/x-www-form-urlencoded') return readForm(textOf(bytes))
  if (media === 'multipart/form-data') return readParts(type as string, bytes)
  return bad(`The server cannot read a body of the type ${media.slice(0, 80)}.`)
}

/** Without the byte order mark with which some editors begin a file. */
function textOf(bytes: Buffer): string {
  return decodeUtf8(bytes).replace(/^\ufeff/, '')
}

function readJson(given: string): ReadBody {
  const value = parsed(given)
  if (value === undefined) return BAD_JSON
  return isObject(value) ? fields(value) : NO_OBJECT
}

function readForm(body: string): ReadBody {
  const form = new URLSearchParams(body)
  const names = [...form.keys()]
  const payload = payloadIn(Object.fromEntries(form))
  if (payload !== undefined) return fields(payload)
  const isForm =
    names.some((name) => name === 'text' || name === 'content') &&
    names.every((name) => FORM_FIELDS.includes(name))
  return isForm ? fields(Object.fromEntries(form)) : text(body)
}

function readParts(type: string, bytes: Buffer): ReadBody {
  const parts = readMultipart(type, bytes)
  if (parts === undefined) return NO_MULTIPART
  const given: Fields = Object.fromEntries(parts.map(({ name, text }) => [name, text]))
  const payload = payloadIn(given)
  if (payload !== undefined) return fields(payload)
  // `curl -F file=@build.log`: the file is the text, whatever its field is called.
  const file = parts.find(({ isFile }) => isFile)
  if (given.text === undefined && given.content === undefined && file !== undefined) {
    return fields({ ...given, text: file.text })
  }
  return fields(given)
}

/** The JSON object in a field of a form, with the other fields; undefined if there is none. */
function payloadIn(form: Fields): Fields | undefined {
  for (const name of PAYLOADS) {
    const { [name]: payload, ...others } = form
    const value = typeof payload === 'string' ? parsed(payload) : undefined
    if (isObject(value)) return { ...others, ...value }
  }
  return undefined
}

function parsed(given: string): unknown {
  try {
    return JSON.parse(given)
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(given: string): ReadBody {
  return { ok: true, body: { type: 'text', text: given } }
}

function fields(given: Fields): ReadBody {
  return { ok: true, body: { type: 'fields', fields: given } }
}

function bad(message: string): ReadBody {
  return { ok: false, fault: { code: 'bad_message', message } }
}
