/** The window on a log that is too long for one document. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AHEAD_ENTRIES, firstSeq, isDetached, LOG_ROWS, PAGE_ROWS } from '../../web/state.ts'
import { events, range, Tab, welcome } from './room.ts'

/** A tab in a room with events 1 to `head`, and the responses of its server. */
class Reader extends Tab {
  head: number

  constructor(head: number) {
    super()
    this.head = head
    this.receive(welcome({ head, events: range(Math.max(1, head - 99), head) }))
  }

  arrive(count: number): this {
    this.receive(events(...range(this.head + 1, this.head + count)))
    this.head += count
    return this
  }

  older(): this {
    const before = Math.min(firstSeq(this.state.entries), this.state.seq + 1)
    const from = Math.max(1, before - PAGE_ROWS)
    const page = { epoch: 'e1', events: range(from, before - 1), more: from > 1 }
    return this.take({ ...page, position: 'older' })
  }

  newer(): this {
    if (!this.state.gap) return this.act({ type: 'advance' })
    const after = this.seqs.at(-1) ?? 0
    const page = {
      epoch: 'e1',
      events: range(after + 1, after + PAGE_ROWS),
      more: true,
    }
    return this.take({ ...page, position: 'newer' })
  }

  goTo(seq: number): this {
    const first = Math.max(1, seq - PAGE_ROWS / 2 + 1)
    const found = range(first, Math.min(this.head, first + PAGE_ROWS - 1))
    const page = { epoch: 'e1', events: found, more: true }
    const position = { target: seq, back: { seq: null } }
    return this.take({ ...page, position })
  }
}

/** The window is a part of the log without a gap, and within its limits. */
function expectWhole({ seqs, state }: Tab): void {
  expect(seqs).toEqual(seqs.map((_, at) => (seqs[0] ?? 0) + at))
  expect(state.entries.length).toBeLessThanOrEqual(LOG_ROWS)
  expect(state.ahead.length).toBeLessThanOrEqual(AHEAD_ENTRIES)
}

describe('the window', () => {
  it('takes older pages at its top, and lets go of rows at its bottom', () => {
    const tab = new Reader(5000).act({ type: 'follow', on: false }) as Reader
    for (let page = 0; page < 8; page++) tab.older()
    expect(tab.seqs.at(0)).toBe(5000 - 99 - 8 * PAGE_ROWS)
    expectWhole(tab)
    expect(isDetached(tab.state)).toBe(true)
  })

  it('reaches the beginning of the log, and shows it', () => {
    const tab = new Reader(500).act({ type: 'follow', on: false }) as Reader
    tab.older().older()
    expect(tab.state.atStart).toBe(true)
    expect(tab.seqs).toEqual(range(1, 500).map(({ seq }) => seq))
  })

  it('ignores a page that comes too late for its position', () => {
    const tab = new Reader(5000).act({ type: 'follow', on: false }) as Reader
    const page = {
      epoch: 'e1',
      events: range(1, 200),
      more: false,
      position: 'older' as const,
    }
    const { entries } = tab.state
    tab.take(page)
    tab.take({ ...page, epoch: 'e0', events: range(4701, 4900) })
    expect(tab.state.entries).toBe(entries)
  })

  it('goes to a message far away and back to the newest one', () => {
    const tab = new Reader(5000).goTo(1234)
    expect(tab.seqs).toContain(1234)
    expect(tab.state.target).toEqual({ seq: 1234 })
    expectWhole(tab)
    tab.arrive(10).act({ type: 'follow', on: true })
    expect(tab.seqs.at(-1)).toBe(5010)
    expect(tab.state.back).toBeNull()
  })

  it('is extended if the message is near', () => {
    const tab = new Reader(5000).goTo(4890)
    expect(tab.state.gap).toBe(false)
    expect(tab.seqs.at(-1)).toBe(5000)
    expectWhole(tab)
  })

  it('is a whole piece of the log wherever the reader goes, and ends at its newest', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('older' as const) }),
      fc.record({ kind: fc.constant('newer' as const) }),
      fc.record({
        kind: fc.constant('goTo' as const),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({ kind: fc.constant('arrive' as const), count: fc.integer({ min: 1, max: 1200 }) }),
      fc.record({ kind: fc.constant('follow' as const), on: fc.boolean() }),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4000 }),
        fc.array(step, { maxLength: 20 }),
        (head, steps) => {
          const tab = new Reader(head)
          for (const one of steps) {
            if (one.kind === 'goTo') tab.goTo(1 + Math.floor(one.part * (tab.head - 1)))
            else if (one.kind === 'arrive') tab.arrive(one.count)
            else if (one.kind === 'follow') tab.act({ type: 'follow', on: one.on })
            else tab[one.kind]()
            expectWhole(tab)
          }
          tab.act({ type: 'follow', on: false })
          for (let page = 0; isDetached(tab.state) && page < 100; page++) tab.newer()
          expect(tab.seqs.at(-1)).toBe(tab.head)
        },
      ),
      { numRuns: 60 },
    )
  })
})
