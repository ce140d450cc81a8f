/** `/bell on`: for which messages the bell of a terminal rings. */
import { describe, expect, it } from 'vitest'
import { BELL, callsFor } from '../../../../shared/dialect/bell.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import { testGateway } from '../../../support/gateway.ts'
import { greeted, type RawClient } from '../../../support/raw.ts'

async function named(port: number, name: string): Promise<RawClient> {
  const { client } = await greeted(port)
  client.send(`/name ${name}\n`)
  await client.until(`You are ${name} now.`)
  return client
}

const bells = (text: string): number => text.split(BELL).length - 1

describe('the bell', () => {
  it('rings for mentions and direct messages of others, once they ask for it', async () => {
    const { tcp } = await testGateway()
    const ann = await named(tcp.port, 'Ann')
    const bob = await named(tcp.port, 'Bob')
    const eve = await named(tcp.port, 'Eve')
    bob.send('/bell on\n')
    await bob.until('/bell is on now.\n')
    for (const [typed, received] of [
      ['bob: one', `Ann: bob: one${BELL}\n`],
      ['/msg bob psst', `Ann -> Bob: psst${BELL}\n`],
      ['hello all', 'Ann: hello all\n'],
      ['bobby?', 'Ann: bobby?\n'],
      [`typed ${BELL}`, 'Ann: typed ^G\n'],
      ['/me looks at @BOB', `Ann * looks at @BOB${BELL}\n`],
    ] as const) {
      ann.send(`${typed}\n`)
      await bob.until(received)
    }
    expect(bells(bob.text)).toBe(3)
    // Once for all that comes at once, after the last of it.
    ann.send('Bob 1\nBob 2\nlast\n')
    await bob.until(`Ann: last${BELL}\n`)
    bob.forget()
    bob.send('Bob says Bob\n/msg ann hi\n')
    await ann.until('Bob -> Ann: hi\n')
    await eve.until('Bob says Bob\n')
    expect([bells(ann.text), bells(eve.text)]).toEqual([0, 0])
    // The new name, and not the old one.
    bob.send('/name Rob\n')
    await bob.until('You are Rob now.')
    ann.send('Bob has left?\nRob: there\n')
    await bob.until(`Rob: there${BELL}\n`)
    expect(bells(bob.text)).toBe(1)
    bob.send('/bell off\n')
    await bob.until('/bell is off now.\n')
    ann.send('Rob, again\n')
    await bob.until('Rob, again\n')
    expect(bells(bob.text)).toBe(1)
  })

  it('does not ring for people who are ignored', async () => {
    const { tcp } = await testGateway()
    const ann = await named(tcp.port, 'Ann')
    const bob = await named(tcp.port, 'Bob')
    const eve = await named(tcp.port, 'Eve')
    bob.send('/bell on\n/ignore Ann\n')
    await bob.until('You ignore Ann.')
    ann.send('Bob!\n')
    await eve.until('Bob!\n')
    eve.send('Bob?\n')
    await bob.until(`Eve: Bob?${BELL}\n`)
    expect(bells(bob.text)).toBe(1)
  })
})

it('no notice, topic or act calls for a person', () => {
  const from = { id: 'a1', name: 'Ann', via: 'web' } as const
  const events = (kind: RoomEvent['kind']) => ({
    type: 'events' as const,
    events: [{ seq: 1, at: '', kind, from, text: 'Bob' }],
  })
  const bob = { id: 'b2', name: 'Bob' }
  expect(callsFor(events('message'), bob)).toBe(true)
  for (const kind of ['notice', 'topic', 'act'] as const) {
    expect(callsFor(events(kind), bob)).toBe(false)
  }
})
