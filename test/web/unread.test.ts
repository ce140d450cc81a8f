/** What the reader has not seen of the list. */
import { describe, expect, it } from 'vitest'
import { isUnreadBefore, leave, see } from '../../web/state/unread.ts'
import { alice, event, events, range, Tab, welcome } from './room.ts'

/** A tab that has scrolled up at event 10; the events up to `to` came since, two with mentions. */
function scrolledUp(to: number): Tab {
  const tab = new Tab().receive(welcome({ events: range(1, 10) }))
  tab.act({ type: 'follow', on: false })
  const list = range(11, to).map((one) =>
    one.seq === 15 || one.seq === 20 ? { ...one, text: 'alice: look' } : one,
  )
  return tab.receive(events(...list))
}

function below({ state }: Tab, seq: number, change = see): [number, number] {
  const { below, belowMentions } = change(state, seq)
  return [below, belowMentions]
}

describe('what is below the reader', () => {
  it('becomes less as it comes into view', () => {
    const tab = scrolledUp(30)
    expect(below(tab, 9)).toEqual([20, 2])
    expect(below(tab, 14)).toEqual([16, 2])
    expect(below(tab, 15)).toEqual([15, 1])
    expect(below(tab, 30)).toEqual([0, 0])
  })

  it('does not become more when the reader scrolls up again', () => {
    const tab = scrolledUp(30)
    tab.act({ type: 'change', room: '', change: (state) => see(state, 25) })
    expect(below(tab, 3)).toEqual([5, 0])
    expect(see(tab.state, 3)).toBe(tab.state)
  })

  it('is not counted while the tab does not have all of it', () => {
    const tab = scrolledUp(30)
    tab.act({ type: 'change', room: '', change: (state) => ({ ...state, gap: true }) })
    expect(see(tab.state, 30)).toBe(tab.state)
  })

  it('is all of others that follows a message which the reader has gone to', () => {
    const tab = new Tab().receive(
      welcome({ events: [...range(1, 4), event(5, alice), ...range(6, 9)] }),
    )
    expect(below(tab, 3, leave)).toEqual([5, 0])
  })
})

describe('the message below the unread line', () => {
  it('may be above what the tab has', () => {
    const tab = new Tab().receive(welcome({ head: 109, events: range(100, 109) }))
    expect(isUnreadBefore(tab.state, 98)).toBe(true)
    expect(isUnreadBefore(tab.state, 99)).toBe(false)
    expect(isUnreadBefore({ ...tab.state, atStart: true }, 98)).toBe(false)
  })
})
