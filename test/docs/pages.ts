/** The documentation as data: its pages, their fenced blocks, and the tables between markers. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** Path from the root → text, of every page. */
export const pages: ReadonlyMap<string, string> = new Map(
  [
    ...readdirSync(root).map((name) => join(root, name)),
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(root, 'docs', name),
    ),
  ]
    .filter((path) => path.endsWith('.md'))
    .map((path) => [relative(root, path), readFileSync(path, 'utf8')]),
)

export function page(path: string): string {
  const text = pages.get(path)
  if (text === undefined) throw new Error(`there is no page ${path}`)
  return text
}

/** A fenced block. `language` is '' if the fence names none. */
export type Block = { page: string; language: string; text: string }

export const blocks: readonly Block[] = [...pages].flatMap(([path, text]) =>
  [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    page: path,
    language,
    text: body,
  })),
)

export function firstLine({ text }: Block): string {
  return text.slice(0, text.indexOf('\n'))
}

/** The rows of the table after the comment that begins with `marker`, without its head. */
export function tableAfter(path: string, marker: string): string[][] {
  const start = page(path).split(`<!-- ${marker}`)[1]
  const lines = start?.split('\n').slice(1) ?? []
  const end = lines.findIndex((line) => !line.startsWith('|'))
  if (end < 3) throw new Error(`there is no table after ${marker} in ${path}`)
  return lines.slice(2, end).map(cells)
}

function cells(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}

/** A cell without its code quotes. */
export function plain(cell = ''): string {
  return cell.replaceAll('`', '')
}
