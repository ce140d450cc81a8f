/** `oneroom code`: shows and changes the room code of a log. */
import { useRules } from './log/rules.ts'
import { isExpired, newWords, normalWords, type RoomCode, wordsFault } from './room/doors/code.ts'
import { CODE_RULE } from './room/doors/doors.ts'

export type CodeFlags = { set?: string; new?: boolean; for?: string }

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 }
/** Longest time until a code expires: a year. */
const LONGEST_MS = 365 * UNIT_MS.d

/** `data`: of the log. `now`: ms since 1970. Rejects as `useRules` does. */
export async function codeCommand(
  data: string,
  flags: CodeFlags,
  now: number,
): Promise<{ line: string } | { fault: string }> {
  const fault = flags.set === undefined ? undefined : wordsFault(flags.set)
  if (fault !== undefined) return { fault: `--set ${JSON.stringify(flags.set)} ${fault}.` }
  const ms = flags.for === undefined ? undefined : durationOf(flags.for)
  if (flags.for !== undefined && ms === undefined) {
    return { fault: `--for ${JSON.stringify(flags.for)} is not a time such as 90m, 2h or 7d.` }
  }
  return useRules(data, async ({ read, write }) => {
    const before = (await read(CODE_RULE)) as RoomCode | undefined
    const words = flags.set ?? (flags.new === true ? newWords() : before?.words)
    if (words === undefined) return { fault: 'There is no room code yet. Make one with --new.' }
    const isChanged = flags.set !== undefined || flags.new === true || ms !== undefined
    if (!isChanged && before !== undefined) return { line: lineOf(before, now) }
    const until = ms === undefined ? {} : { until: new Date(now + ms).toISOString() }
    const code = { words: normalWords(words), ...until }
    await write({ key: CODE_RULE, value: code })
    return { line: lineOf(code, now) }
  })
}

function lineOf(code: RoomCode, now: number): string {
  const { words, until } = code
  if (until === undefined) return words
  return isExpired(code, now)
    ? `${words} (expired at ${until}; make a new one with --new)`
    : `${words} (until ${until})`
}

/** A time such as 90m, 2h or 7d → ms; undefined if it is none, or longer than a year. */
function durationOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined
}
