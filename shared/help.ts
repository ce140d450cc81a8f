/** The lines of `/help` and `/help NAME`, from the command table. */
import type { Command } from './command.ts'
import { type CommandName, commandOf, commandsFor } from './commands.ts'
import { wrap } from './wrap.ts'

/** Columns for `/help NAME` if the width of the reader's terminal is unknown. */
const PAGE_COLUMNS = 79

/**
 * Returns the lines of `/help`: commands in one column, summaries in the next. `columns`:
 * the width of the reader's terminal, Infinity if unknown. `shown`: the commands that the
 * reader has.
 */
export function helpLines(
  columns: number,
  shown: readonly Pick<Command, 'usage' | 'summary'>[] = commandsFor(false),
): string[] {
  const width = Math.max(...shown.map(({ usage }) => usage.length))
  return shown.flatMap(({ usage, summary }) =>
    wrap(summary.split(' '), columns, `  ${usage.padEnd(width)}  `),
  )
}

/** Returns the lines of `/help NAME`. */
export function helpAbout(about: CommandName, columns: number): string[] {
  const { usage, summary, more } = commandOf(about)
  const width = Math.min(columns, PAGE_COLUMNS)
  return [usage, ...[summary, ...more].flatMap((text) => wrap(text.split(' '), width, '  '))]
}
