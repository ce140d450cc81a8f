/** A QR code as rows of a terminal, two modules of a column in each character. */
import { renderUnicodeCompact } from 'uqr'

/** Dark on light in every terminal, because cameras expect that. */
const ON = '\x1b[97;40m'
const OFF = '\x1b[39;49m'

/** Returns no rows if the code does not fit into `columns` and `rows`. */
export function qrRows(
  text: string,
  { columns, rows }: { columns: number; rows: number },
): string[] {
  const found = renderUnicodeCompact(text, { ecc: 'L', border: 2 }).split('\n')
  const fits = found.length <= rows && (found[0]?.length ?? 0) <= columns
  return fits ? found.map((row) => `${ON}${row}${OFF}`) : []
}
