/** The text of the live region after each message. */
import { signal } from '@preact/signals'
import { expect, it } from 'vitest'
import { type Arrival, LOBBY } from '../../web/state.ts'
import { Voice } from '../../web/voice.ts'
import { bob, event, Tab, welcome } from './room.ts'

function said(text: string, room = LOBBY): Arrival {
  const mention = room !== LOBBY
  return { kind: 'event', at: 0, event: event(1, bob, { text }), mine: false, mention, room }
}

it('announces a message again if it is equal to the one before', () => {
  const announcement = signal('')
  const voice = new Voice({ announcement, peek: () => new Tab().state, act: () => {} })
  const spoken: string[] = []
  announcement.subscribe((text) => void spoken.push(text))
  for (const text of ['yes', 'yes', 'yes']) voice.hear([said(text)], { away: false, room: LOBBY })
  expect(spoken.map((text) => text.trim())).toEqual(['', ...Array(3).fill('bob: yes')])
})

it('says whose direct message it reads, shown or not', () => {
  const announcement = signal('')
  const voice = new Voice({ announcement, peek: () => new Tab().state, act: () => {} })
  for (const room of [LOBBY, '@b']) {
    voice.hear([said('psst', '@b')], { away: false, room })
    expect(announcement.value.trim()).toBe('Direct message from bob: psst')
  }
})

it('does not say a message that was removed before it could be said', () => {
  const announcement = signal('')
  const removed = event(2, bob, { text: '', redacted: { by: 'hana' } })
  const tab = new Tab().receive(welcome({ events: [event(1), removed] }))
  const voice = new Voice({ announcement, peek: () => tab.state, act: () => {} })
  const arrived = { ...said('rude'), event: event(2, bob, { text: 'rude' }) }
  voice.hear([arrived], { away: false, room: LOBBY })
  expect(announcement.value).toBe('')
})
