/** The argument of `/transcript`: times and a format, in any order. */
import type { TranscriptRequest } from '../requests.ts'
import { FORMATS } from './format.ts'
import { MOMENT_LENGTH } from './moment.ts'

/** Undefined if there are too many words. */
export function parseTranscript(argument: string): TranscriptRequest | undefined {
  const words = argument.split(/\s+/).filter((word) => word !== '')
  const formatIn = (word: string) => FORMATS.find((format) => format === word.toLowerCase())
  const formats = words.flatMap((word) => formatIn(word) ?? [])
  const times = words.filter((word) => formatIn(word) === undefined)
  if (formats.length > 1 || times.length > 2) return undefined
  if (times.some((time) => time.length > MOMENT_LENGTH)) return undefined
  const [format] = formats
  const [from, to] = times
  return {
    type: 'transcript',
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(format !== undefined && { format }),
  }
}
