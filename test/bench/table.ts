/** A table of measurements: each row's median, 99th percentile and worst. */

const rows = new Map<string, { unit: string; values: number[] }>()

/** Adds a measurement to the row of that name. */
export function row(name: string, unit: string, value: number): void {
  const found = rows.get(name) ?? { unit, values: [] }
  found.values.push(value)
  rows.set(name, found)
}

export function table(title: string): void {
  const shown = [...rows].map(([name, { unit, values }]) => {
    const sorted = values.sort((one, other) => one - other)
    const at = (part: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
    return [name, unit, ...[at(0.5), at(0.99), sorted.at(-1)].map((value) => digits(value ?? 0))]
  })
  const head = ['', 'unit', 'median', 'p99', 'worst']
  const lines = [head, head.map(() => '---'), ...shown].map((cells) => `| ${cells.join(' | ')} |`)
  console.log(`${title}\n\n${lines.join('\n')}\n`)
  rows.clear()
}

/** Three digits that say something. */
function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}
