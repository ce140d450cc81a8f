import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOut, withRowsAbove } from '../../../../server/terminal/editor/layout.ts'
import { type Line, lineOf } from '../../../../server/terminal/editor/line.ts'
import { Screen } from '../../../../server/terminal/editor/screen.ts'
import { cellsOf, characters, shortened } from '../../../../server/terminal/editor/width.ts'

const prompt = { text: 'ann> ', paint: (text: string) => text }

describe('the layout', () => {
  it('breaks rows between characters, and leaves the last column free', () => {
    const { rows, row, column } = layOut(prompt, lineOf('aaaa漢字漢字b'), 11, 9)
    expect(rows).toEqual(['ann> aaaa', '漢字漢字b'])
    expect([row, column]).toEqual([1, 9])
  })

  it('finds the caret in the middle of it', () => {
    const { row, column } = layOut(prompt, { text: 'abcdefghij', caret: 6 }, 11, 9)
    expect([row, column]).toEqual([1, 1])
  })

  it('keeps the rows around the caret if not all fit', () => {
    const text = Array.from({ length: 10 }, (_, at) => `${at}`.repeat(10)).join('')
    const bare = { text: '', paint: prompt.paint }
    const shown = (caret: number) => layOut(bare, { text, caret }, 11, 3)
    expect(shown(100)).toMatchObject({ row: 2, rows: ['7777777777', '8888888888', '9999999999'] })
    expect(shown(0)).toMatchObject({ row: 0, rows: ['0000000000', '1111111111', '2222222222'] })
    expect(shown(55)).toMatchObject({
      row: 1,
      column: 5,
      rows: [/^4/, /^5/, /^6/].map((one) => expect.stringMatching(one)),
    })
  })

  it('shortens a prompt that would leave no room to type', () => {
    const long = { ...prompt, text: 'a very long name> ' }
    expect(layOut(long, lineOf('hi'), 21, 9).rows).toEqual(['a very lo…hi'])
    expect(layOut(long, lineOf(''), 21, 9).rows).toEqual(['a very long name> '])
  })

  it('contains exactly the typed characters, and no row is too wide', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 6, max: 40 }),
        (text, columns) => {
          const { rows, cells, column } = layOut(prompt, lineOf(text), columns, 1000)
          const width = columns - 1
          const head = shortened(prompt.text, text === '' ? width : Math.floor(width / 2))
          expect(rows.join('')).toBe(head + text)
          expect(Math.max(...cells, column)).toBeLessThan(columns)
          expect(cells.reduce((sum, taken) => sum + taken)).toBe(
            cellsOf(head) + characters(text).reduce((sum, one) => sum + cellsOf(one), 0),
          )
        },
      ),
    )
  })
})

/** The part of a terminal that the screen uses: rows without a limit, and a cursor. */
class Terminal {
  rows: string[] = ['']
  row = 0
  column = 0

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals read them
    for (const [all, digits = '', command] of text.matchAll(/\x1b\[([?\d]*)([A-Za-z])|[^\x1b]/gu)) {
      if (command === undefined) this.#character(all)
      else if (command === 'A') this.row -= Number(digits)
      else if (command === 'C') this.column += Number(digits)
      else if (command === 'J' || command === 'K') {
        if (command === 'J') this.rows.length = this.row + 1
        this.rows[this.row] = (this.rows[this.row] ?? '').slice(0, this.column)
      } else if (!['h', 'l'].includes(command)) throw new Error(`unknown ${all.slice(1)}`)
    }
  }

  #character(character: string): void {
    if (character === '\r') this.column = 0
    else if (character === '\n') {
      this.row += 1
      this.rows[this.row] ??= ''
    } else {
      const row = (this.rows[this.row] ?? '').padEnd(this.column)
      this.rows[this.row] = row.slice(0, this.column) + character + row.slice(this.column + 1)
      this.column += 1
    }
  }
}

describe('the screen', () => {
  it('keeps all messages above the typed line, which stays complete', () => {
    const step = fc.record({
      said: fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 3 }),
      above: fc.array(fc.stringMatching(/^[A-Z]{1,9}$/), { maxLength: 2 }),
      text: fc.stringMatching(/^[a-z0-9 ]{0,60}$/),
      caret: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const [screen, terminal, said] = [new Screen(), new Terminal(), [] as string[]]
        for (const { said: lines, above, text, caret } of steps) {
          const line: Line = { text, caret: caret % (text.length + 1) }
          const layout = withRowsAbove(above, layOut(prompt, line, 20, 50))
          terminal.write(screen.update(lines, layout))
          said.push(...lines)
          expect(terminal.rows).toEqual([...said, ...layout.rows])
          expect(terminal.row).toBe(said.length + layout.row)
          expect(terminal.column).toBe(layout.column)
        }
        terminal.write(screen.erase())
        expect(terminal.rows).toEqual([...said, ''])
      }),
    )
  })

  it('erases as many rows as a narrower terminal has made of the drawn rows', () => {
    const screen = new Screen()
    screen.update([], layOut(prompt, lineOf('x'.repeat(70)), 41, 9))
    // Rows of 40 and 35 cells wrap to 3 rows each at 15 columns.
    screen.resized(15, true)
    expect(screen.erase()).toMatch(/^\r.\[5A/u)
  })

  it('erases the rows it drew if the terminal cuts rows off', () => {
    const screen = new Screen()
    screen.update([], layOut(prompt, lineOf('x'.repeat(70)), 41, 9))
    screen.resized(15, false)
    expect(screen.erase()).toMatch(/^\r.\[1A/u)
  })
})
