/** The lines of `/help` and `/help NAME`, from the command table. */
import type { Command } from './command.ts'
import { type CommandName, commandOf, commandsFor } from './commands.ts'
import { wrap } from './wrap.ts'

/** Columns for lines of words if the width of the reader's terminal is unknown. */
const PAGE_COLUMNS = 79

/** The end of the list of special commands. */
const EXPLAINED = '/help NAME explains one.'.split(' ')

export type Listed = Pick<Command, 'usage' | 'summary' | 'daily' | 'ofHosts'>

/** The commands in groups: for every day, for special purposes, and for hosts. */
export function grouped<T extends Listed>(shown: readonly T[]): { title: HelpTitle; rows: T[] }[] {
  const groups: { title: HelpTitle; rows: T[] }[] = [
    { title: 'Daily', rows: shown.filter(({ daily }) => daily) },
    { title: 'Special', rows: shown.filter(({ daily, ofHosts }) => !daily && !ofHosts) },
    { title: 'For hosts', rows: shown.filter(({ ofHosts }) => ofHosts) },
  ]
  return groups.filter(({ rows }) => rows.length > 0)
}

export type HelpTitle = 'Daily' | 'Special' | 'For hosts'

/**
 * Returns the lines of `/help`: in each group, commands in one column, summaries in the next. The
 * special commands have only their names, so that all lines fit into one read of 1,024 bytes.
 * `columns`: the width of the reader's terminal, Infinity if unknown. `shown`: the commands that
 * the reader has.
 */
export function helpLines(
  columns: number,
  shown: readonly Listed[] = commandsFor(false),
): string[] {
  return grouped(shown).flatMap(({ title, rows }) =>
    title === 'Special'
      ? ['Special:', ...inWidth(namesOf(rows), columns), ...inWidth(EXPLAINED, columns)]
      : [`${title}:`, ...withSummaries(rows, columns)],
  )
}

function withSummaries(rows: readonly Listed[], columns: number): string[] {
  const width = Math.max(...rows.map(({ usage }) => usage.length))
  return rows.flatMap(({ usage, summary }) =>
    wrap(summary.split(' '), columns, `  ${usage.padEnd(width)}  `),
  )
}

function namesOf(rows: readonly Listed[]): string[] {
  return rows.map(({ usage }) => usage.split(' ', 1)[0] as string)
}

/** Lines of words, each indented. */
function inWidth(words: readonly string[], columns: number): string[] {
  return wrap(words, Math.min(columns, PAGE_COLUMNS), '  ')
}

/** Returns the lines of `/help NAME`. */
export function helpAbout(about: CommandName, columns: number): string[] {
  const { usage, summary, more } = commandOf(about)
  return [usage, ...[summary, ...more].flatMap((text) => inWidth(text.split(' '), columns))]
}
