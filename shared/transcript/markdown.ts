/**
 * Text → Markdown (CommonMark, GFM) that shows it as it is.
 *
 * MUST NOT let a text or a name be read as markup, apart from addresses and blocks of code: a message
 * MUST stay inside its list item, whatever it is.
 */

/** Everything in a list item is indented as far as its text. */
const INDENT = '  '
const ADDRESS = /https?:\/\/[^\s<>]+/gi
/** Punctuation that ends no address. */
const AFTER_ADDRESS = '.,;:!?\'"”»]}'
const MARKUP = /[\\`*_[\]<&~|$]/g
/** What would begin a block at the beginning of a line. */
const BLOCK_START = /^(?:[#>+=:-]|\d{1,9}(?=[.)]))/
const FENCE = /^```[\w+#.-]*$/
const FENCE_END = /^ {0,3}`{3,} *$/

/** One line of text. */
export function escaped(line: string): string {
  let result = ''
  let end = 0
  for (const { 0: found, index } of line.matchAll(ADDRESS)) {
    const address = addressIn(found)
    result += `${escapedWords(line.slice(end, index))}<${address}>`
    end = index + address.length
  }
  return result + escapedWords(line.slice(end))
}

function addressIn(found: string): string {
  const ending = found.includes('(') ? AFTER_ADDRESS : `${AFTER_ADDRESS})`
  let end = found.length
  while (ending.includes(found[end - 1] as string)) end -= 1
  return found.slice(0, end)
}

function escapedWords(text: string): string {
  return text.replace(MARKUP, '\\$&')
}

/** A heading of that level. */
export function heading(level: number, line: string): string {
  return `${'#'.repeat(level)} ${escaped(line).replaceAll('#', '\\#')}\n`
}

/** A list item. `begun`: Markdown. `hasCode`: whether lines between fences are code. */
export function item(begun: string, text: string, hasCode: boolean): string {
  const lines = text.split('\n')
  const rows: string[] = [`- ${begun}`]
  /** Whether the next line goes on with the paragraph of the last row. */
  let goesOn = true
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string
    const end = hasCode && FENCE.test(line) ? fenceEnd(lines, at) : -1
    if (end > at) {
      rows.push(...lines.slice(at, end + 1).map((row) => INDENT + row))
      at = end
      goesOn = false
    } else if (line.trim() === '') {
      rows.push('')
      goesOn = false
    } else if (at === 0) {
      rows[0] += ` ${escaped(line)}`
    } else {
      if (goesOn) rows.push(`${rows.pop()}\\`)
      rows.push(INDENT + lineStart(line))
      goesOn = true
    }
  }
  return `${rows.join('\n')}\n`
}

/** Index of the line that ends the code; -1 if there is none. */
function fenceEnd(lines: readonly string[], begin: number): number {
  return lines.findIndex((line, at) => at > begin && FENCE_END.test(line))
}

/** A line that begins a row. */
function lineStart(line: string): string {
  const text = line.trimStart()
  const safe = escaped(text).replace(BLOCK_START, (found) =>
    found.length > 1 || /\d/.test(found) ? `${found}\\` : `\\${found}`,
  )
  // Spaces would be left out, or make the text code.
  return '\u00a0'.repeat(line.length - text.length) + safe
}
