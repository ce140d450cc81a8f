/** A ladder to take along: as lines of text, and as a picture. */
import {
  beginningOf,
  CHARACTER_BYTES,
  escaped,
  escapedText,
  gapText,
  type Rung,
  rungLine,
  timeText,
} from './wire.ts'

/** Width of a line of text. */
const COLUMNS = 160

/** `title`: of the first line. */
export function ladderText(title: string, rungs: readonly Rung[]): string {
  const lines = rungs.map((rung, at) => rungLine(rung, rungs[at - 1], COLUMNS))
  return `${[title, '-> read by the server, <- written by it; times are UTC', ...lines].join('\n')}\n`
}

/** Rungs in a picture: the latest. */
const MOST_DRAWN = 200
/** Pixels. */
const ROW = 28
const HEAD = 56
const WIDTH = 900
const CLIENT = 190
const SERVER = 390
const TEXT = 410
/** Characters of bytes beside an arrow. */
const SHOWN = 64

/** An SVG image: the client on the left, the server on the right. */
export function ladderSvg(title: string, rungs: readonly Rung[]): string {
  const drawn = rungs.slice(-MOST_DRAWN)
  const height = HEAD + drawn.length * ROW + 16
  const rows = drawn.map((rung, at) => rowOf(rung, drawn[at - 1], HEAD + at * ROW + ROW / 2))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="13">`,
    `<title>${xml(title)}</title><rect width="100%" height="100%" fill="#fff"/>`,
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#0b6e5f"/></marker></defs>',
    `<text x="16" y="20" font-weight="bold">${xml(title)}</text>`,
    `<text x="${CLIENT}" y="44" text-anchor="middle">client</text><text x="${SERVER}" y="44" text-anchor="middle">server</text>`,
    `<path d="M${CLIENT} 50V${height}M${SERVER} 50V${height}" stroke="#7b8883"/>`,
    ...rows,
    '</svg>\n',
  ].join('\n')
}

function rowOf(rung: Rung, before: Rung | undefined, y: number): string {
  const gap = before === undefined ? '' : gapText(rung.at - before.at)
  const time = `<text x="16" y="${y + 4}" fill="#58645f">${timeText(rung.at)}</text><text x="118" y="${y + 4}" font-size="10" fill="#58645f">${gap}</text>`
  if (rung.type === 'message') {
    return `${time}<text x="${TEXT}" y="${y + 4}" font-weight="bold">= ${xml(escapedText(rung.text.slice(0, SHOWN)).slice(0, SHOWN))}</text>`
  }
  if (rung.type === 'event') {
    return `${time}<text x="${TEXT}" y="${y + 4}" fill="#a3361b">${xml(rung.text.slice(0, SHOWN))}</text>`
  }
  const [from, to] = rung.type === 'read' ? [CLIENT, SERVER] : [SERVER, CLIENT]
  const middle = (CLIENT + SERVER) / 2
  const arrow = `<path d="M${from} ${y + 4}H${to}" stroke="#0b6e5f" stroke-width="2" marker-end="url(#a)"/><text x="${middle}" y="${y - 2}" text-anchor="middle" font-size="11">${rung.size} B</text>`
  return `${time}${arrow}<text x="${TEXT}" y="${y + 4}">${xml(escaped(beginningOf(rung, CHARACTER_BYTES * SHOWN)).slice(0, SHOWN))}</text>`
}

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`)
}
