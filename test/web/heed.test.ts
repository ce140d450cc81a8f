/** Of which messages the reader is notified. */
import { afterEach, expect, it } from 'vitest'
import { changeHeed, heed, isHeeded, isQuiet, levelIn, setLevel } from '../../web/heed.ts'
import { type Arrival, LOBBY } from '../../web/state.ts'
import { bob, event } from './room.ts'

afterEach(() => changeHeed({ levels: {}, words: '', quietTo: 0 }))

function arrival(text: string, rest: Partial<Arrival> = {}, kind = 'message'): Arrival {
  const said = { ...event(1, bob, { text }), kind } as Arrival['event']
  return { kind: 'event', at: 0, event: said, mine: false, mention: false, room: LOBBY, ...rest }
}

it('heeds mentions at first, and what the reader sets for a room', () => {
  expect(isHeeded(arrival('hello'))).toBe(false)
  expect(isHeeded(arrival('ann!', { mention: true }))).toBe(true)
  setLevel('Physics', 'all')
  setLevel(LOBBY, 'none')
  expect(levelIn('physics')).toBe('all')
  expect(isHeeded(arrival('hello', { room: 'Physics' }))).toBe(true)
  expect(isHeeded(arrival('set a topic', { room: 'Physics' }, 'topic'))).toBe(false)
  expect(isHeeded(arrival('ann!', { mention: true }))).toBe(false)
  setLevel(LOBBY, 'calls')
  expect(isHeeded(arrival('ann!', { mention: true }))).toBe(true)
  expect(Object.keys(heed.value.levels)).toHaveLength(1)
  // Names of rooms that every object has as fields.
  for (const room of ['constructor', '__proto__', 'toString']) expect(levelIn(room)).toBe('calls')
})

it('heeds whole words of the reader, in any case', () => {
  changeHeed({ words: ' Exercise 4, deadline ,,مهلت، C++, code' })
  for (const text of ['the DEADLINE is near', 'exercise 4?', 'مهلت', 'I like c++', 'the `Code`']) {
    expect(isHeeded(arrival(text)), text).toBe(true)
  }
  for (const text of ['deadlines', 'exercise 42', '', ', ,']) {
    expect(isHeeded(arrival(text)), text).toBe(false)
  }
})

it('keeps the levels of the latest 200 rooms', () => {
  for (let at = 0; at < 210; at += 1) setLevel(`room${at}`, 'all')
  expect([levelIn('room9'), levelIn('room10'), levelIn('room209')]).toEqual(['calls', 'all', 'all'])
})

it('is quiet until a time, or until the reader ends it', () => {
  expect(isQuiet(1000)).toBe(false)
  changeHeed({ quietTo: 2000 })
  expect([isQuiet(1999), isQuiet(2000)]).toEqual([true, false])
  changeHeed({ quietTo: null })
  expect(isQuiet(1e15)).toBe(true)
})
