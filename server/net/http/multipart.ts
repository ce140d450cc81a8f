/** `multipart/form-data` (RFC 7578), as `curl -F` sends it: bytes → fields. */
import { decodeUtf8 } from '../../../shared/text.ts'

/** `isFile`: it has the name of a file. */
export type Field = { name: string; isFile: boolean; text: string }

/** More fields make a body invalid. */
const MAX_FIELDS = 100
const LINE_END = '\r\n'
const HEAD_END = '\r\n\r\n'

/** Returns undefined if the body is not valid. `type`: the Content-Type, which has the boundary. */
export function readMultipart(type: string, body: Buffer): Field[] | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) return undefined
  // The first boundary may be at the very beginning; all others follow a line end.
  const bytes = Buffer.concat([Buffer.from(LINE_END), body])
  const delimiter = Buffer.from(`${LINE_END}--${boundary}`)
  const fields: Field[] = []
  let at = bytes.indexOf(delimiter)
  while (at >= 0) {
    at += delimiter.length
    if (bytes.toString('latin1', at, at + 2) === '--') return fields
    // A part without header fields begins with an empty line.
    const headStart = bytes.indexOf(LINE_END, at)
    const headEnd = bytes.indexOf(HEAD_END, headStart)
    const next = bytes.indexOf(delimiter, headEnd + LINE_END.length)
    if (headStart < 0 || headEnd < 0 || next < 0 || fields.length === MAX_FIELDS) return undefined
    const field = fieldOf(bytes.toString('utf8', headStart, headEnd))
    if (field === undefined) return undefined
    const text = decodeUtf8(bytes.subarray(headEnd + HEAD_END.length, next))
    fields.push({ ...field, text })
    at = next
  }
  return undefined
}

function fieldOf(head: string): Omit<Field, 'text'> | undefined {
  const [, disposition] = /\r\ncontent-disposition:\s*form-data([^\r]*)/i.exec(head) ?? []
  if (disposition === undefined) return undefined
  const name = parameter(disposition, 'name')
  const isFile = parameter(disposition, 'filename') !== undefined
  return name === undefined ? undefined : { name, isFile }
}

/** Clients write a quote in a value as `%22` or as `\"`. */
function parameter(disposition: string, name: string): string | undefined {
  const found = RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(disposition)
  return (found?.[1] ?? found?.[2])?.replace(/\\(.)/g, '$1').replaceAll('%22', '"')
}
