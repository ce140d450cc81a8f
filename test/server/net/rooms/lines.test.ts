/** Rooms for terminals: one at a time, and /join moves there. */
import { describe, expect, it } from 'vitest'
import { testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { codeOf, greeted } from '../../../support/raw.ts'

describe('/join', () => {
  it('moves to a room, in one write that shows its topic and its latest messages', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    ann.send('/name Ann\n/join Physics\n')
    await ann.until('You are in Physics now. 1 here: Ann (terminal).\n')
    ann.send('/topic Exercise 4\nhello\n/me waves\n/who\n')
    await ann.until('* Topic set: Exercise 4\n')
    await ann.until('1 in Physics: Ann (terminal)\n')
    const { client: bob } = await greeted(tcp.port)
    bob.send('/name Bob\n')
    await bob.until('You are Bob now.')
    bob.forget()
    bob.send('/join #physics\n')
    const shown = await bob.until('* waves\n')
    expect(shown).toMatch(
      /^You are in Physics now\. 2 here: Ann \(terminal\), Bob \(terminal\)\.\n\* Topic: Exercise 4\n\* Earlier messages; \/history shows more:\n\* .{10}\n\[.{5}\] \* Ann set the topic: Exercise 4\n\[.{5}\] Ann: hello\n\[.{5}\] Ann \* waves\n$/,
    )
    expect(bob.chunks).toHaveLength(1)
    expect(bob.chunks[0]?.length).toBeLessThanOrEqual(1024)
    await ann.until('* Bob joined (terminal)\n')
  })

  it('leaves the room before, of which nothing is received any more', async () => {
    const { tcp } = await testGateway()
    const [{ client: ann, name }, { client: bob }] = [
      await greeted(tcp.port),
      await greeted(tcp.port),
    ]
    bob.send('/name Bob\n')
    await ann.until('is now Bob')
    ann.send('/join physics\n')
    await bob.until(`* ${name} left\n`)
    ann.send('only in physics\n')
    bob.send('only in the lobby\n/who\n')
    await bob.until('1 here: Bob (terminal)\n')
    ann.send('/who\n')
    await ann.until(`1 in physics: ${name} (terminal)\n`)
    ann.send('/join lobby\n')
    await ann.until('You are in lobby now. 2 here: ')
    await bob.until(`* ${name} joined (terminal)\n`)
    expect(bob.text).not.toContain('only in physics')
    const [before = '', after = ''] = ann.text.split('You are in lobby now.')
    expect(before).not.toContain('only in the lobby')
    expect(after).toContain('Bob: only in the lobby')
  })

  it('refuses a room that one is in, a bad name, and any room if there are none', async () => {
    const { tcp } = await testGateway()
    const { client } = await greeted(tcp.port)
    client.send('/join lobby\n')
    await client.until('! You are in that room already.\n')
    client.send('/join a:b\n')
    await client.until('! A name cannot contain ":".\n')
    client.send('/join\n')
    await client.until('! Usage: /join ROOM\n')
    const closed = await testGateway({ rooms: { type: 'listed', names: [] } })
    const { client: other } = await greeted(closed.tcp.port)
    other.send('/join physics\nstill here\n/history\n')
    await other.until('! There is no such room.\n')
    await other.until('guest-1: still here\n')
  })

  it('comes after what was said before it, also if the log is slow', async () => {
    const { tcp, rooms } = await testGateway()
    const { store } = rooms
    const append = store.append.bind(store)
    let commit = (): void => {}
    store.append = async (drafts) => {
      await new Promise<void>((resolve) => {
        commit = resolve
      })
      return append(drafts)
    }
    const { client } = await greeted(tcp.port)
    const received = rooms.tally.bytesIn
    client.send('one\n/join physics\n')
    await expect.poll(() => rooms.tally.bytesIn).toBe(received + 18)
    expect(rooms.list().rooms).toMatchObject([{ name: 'lobby', memberCount: 1 }])
    commit()
    await client.until('You are in physics now.')
    expect(await rooms.lobby.log.read(1, 9)).toMatchObject([{ text: 'one' }])
  })
})

it('/rooms lists the rooms with their people and topics', async () => {
  const { tcp } = await testGateway({ lobby: 'Hall' })
  const { client: ann } = await greeted(tcp.port)
  ann.send('/join physics\n/topic Exercise 4\n/rooms\n')
  // The list comes after the topic that was set before it.
  await ann.until(/\* Topic set: .*\nRooms .*\n.*\n {2}physics {2}1 here {2}Exercise 4\n/)
  const { client: bob } = await greeted(tcp.port)
  bob.send('/rooms\n')
  await bob.until(
    'Rooms (/join ROOM goes to one):\n  Hall     1 here\n  physics  1 here  Exercise 4\n',
  )
})

it('/topic shows, sets and removes the topic of the room', async () => {
  const { tcp } = await testGateway()
  const { client: ann, name } = await greeted(tcp.port)
  const { client: bob } = await greeted(tcp.port)
  ann.send('/topic\n')
  await ann.until('There is no topic.\n')
  ann.send('/topic  Exercise \u001b[31m4 \n')
  await bob.until(`* ${name} set the topic: Exercise ^[[31m4\n`)
  const { client: newcomer } = await greeted(tcp.port)
  expect(newcomer.text).toContain('\n* Topic: Exercise ^[[31m4\n')
  bob.send('/topic off\n')
  await ann.until(' removed the topic\n')
  ann.send(`/topic ${'x'.repeat(241)}\n`)
  await ann.until('! A topic is at most 240 bytes long.\n')
})

it('/resume returns to the room, and shows what was missed there and nowhere else', async () => {
  const { tcp } = await testGateway()
  const { client: ann } = await greeted(tcp.port)
  const code = await codeOf(ann)
  ann.send('/name Ann\n/join physics\nbefore\n')
  const { client: bob } = await greeted(tcp.port)
  bob.send('/join physics\n')
  await bob.until('Ann: before\n')
  ann.socket.destroy()
  await bob.until('* Ann left\n')
  bob.send('missed\n/join lobby\nin the lobby\n/who\n')
  await bob.until('1 here: ')
  const { client: again } = await greeted(tcp.port)
  again.forget()
  again.send(`/resume ${code}\n`)
  const text = await again.until(/missed\n/)
  expect(text).toMatch(/^You are Ann again in physics\.\nWhat you missed:\n\[.{5}\] \S+: missed\n$/)
  await bob.until(/guest-\d left\n/)
  again.send('/who\n')
  await again.until('1 in physics: Ann (terminal)\n')
})

it('a name is unique in the server, and changes in all rooms of its person', async () => {
  const { tcp, webUrl } = await testGateway()
  const page = await pageClient(webUrl)
  await page.hello({ name: 'Zoe' })
  page.send({ type: 'join', room: 'physics' })
  await page.next('joined')
  const { client: inLobby } = await greeted(tcp.port)
  const { client: inPhysics } = await greeted(tcp.port)
  inPhysics.send('/join physics\n/name zoe\n')
  await inPhysics.until('! That name is taken.')
  page.send({ type: 'name', name: 'Zora' })
  for (const client of [inLobby, inPhysics]) await client.until('* Zoe is now Zora\n')
})
