/** Tables of measurements, as Markdown. */

/** Each row's values, for its median, 99th percentile and worst. */
const rows = new Map<string, { unit: string; values: number[] }>()

/** Adds a measurement to the row of that name. */
export function row(name: string, unit: string, value: number): void {
  const found = rows.get(name) ?? { unit, values: [] }
  found.values.push(value)
  rows.set(name, found)
}

/** Prints the rows so far, and forgets them. */
export function table(title: string): void {
  const shown = [...rows].map(([name, { unit, values }]) => {
    const sorted = values.sort((one, other) => one - other)
    const at = (part: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
    return [name, unit, ...[at(0.5), at(0.99), sorted.at(-1)].map((value) => digits(value ?? 0))]
  })
  printTable(title, ['', 'unit', 'median', 'p99', 'worst'], shown)
  rows.clear()
}

export function printTable(title: string, head: string[], body: string[][]): void {
  const lines = [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`)
  console.log(`${title}\n\n${lines.join('\n')}\n`)
}

/** Three significant digits. */
export function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}
