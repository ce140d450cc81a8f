/** Times in full, for parts of the page that are loaded when they are needed. In ms since 1970. */
import { formatFor, readersTime } from './clock.ts'

/** Day, time with seconds, and zone. */
export function fullTimeOf(at: number): string {
  return formatFor({ dateStyle: 'full', timeStyle: 'long' })(at)
}

/** Day and time with seconds. */
export function exactTimeOf(at: number): string {
  return formatFor({ dateStyle: 'medium', timeStyle: 'medium' })(at)
}

/** Day and time without seconds. */
export function momentOf(at: number): string {
  return formatFor({ dateStyle: 'medium', timeStyle: 'short' })(at)
}

/** For example 12:21:15, the same format for every reader. */
export function stampOf(at: number): string {
  return new Date(readersTime(at)).toISOString().slice(11, 19)
}
