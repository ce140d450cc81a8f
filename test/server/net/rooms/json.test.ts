/** Rooms for programs: several on one connection. */
import { describe, expect, it } from 'vitest'
import { testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const eventsOf = (client: Awaited<ReturnType<typeof pageClient>>, room: string | undefined) =>
  client.messages.flatMap((one) => (one.type === 'events' && one.room === room ? one.events : []))

describe('a client in several rooms', () => {
  it('receives each of them under its name, and no other', async () => {
    const { webUrl } = await testGateway()
    const ann = await pageClient(webUrl)
    const welcome = await ann.hello({ name: 'Ann' })
    expect(welcome).not.toHaveProperty('room')
    ann.send({ type: 'join', room: 'Physics', history: 10 })
    expect(await ann.next('joined')).toEqual({
      type: 'joined',
      room: 'Physics',
      epoch: welcome.epoch,
      head: 0,
      resumed: null,
      reset: null,
      members: [welcome.you],
      memberCount: 1,
      events: [],
    })
    const bob = await pageClient(webUrl)
    expect(await bob.hello({ name: 'Bob', room: 'physics' })).toMatchObject({ room: 'Physics' })
    bob.send({ type: 'say', id: '1', text: 'in his room' })
    bob.send({ type: 'join', room: 'chemistry' })
    await bob.next('joined')
    bob.send({ type: 'say', id: '1', text: 'in another', room: 'Chemistry' })
    ann.send({ type: 'say', id: '1', text: 'in the lobby' })
    ann.send({ type: 'say', id: '1', text: 'in physics', room: 'PHYSICS' })
    await bob.until('in physics')
    await bob.until('in another')
    await ann.until('in the lobby')
    expect(eventsOf(ann, undefined)).toMatchObject([{ seq: 1, text: 'in the lobby' }])
    const physics = [
      { seq: 1, text: 'in his room', from: { name: 'Bob' } },
      { seq: 2, text: 'in physics', from: { name: 'Ann' } },
    ]
    expect(eventsOf(ann, 'Physics')).toMatchObject(physics)
    expect(eventsOf(bob, 'Physics')).toMatchObject(physics)
    expect(eventsOf(ann, 'chemistry')).toEqual([])
    expect(eventsOf(bob, undefined)).toEqual([])
  })

  it('receives presence and typing of each room, and leaves one of them', async () => {
    const { webUrl } = await testGateway()
    const ann = await pageClient(webUrl)
    await ann.hello({ name: 'Ann' })
    ann.send({ type: 'join', room: 'physics' })
    const bob = await pageClient(webUrl)
    const { you } = await bob.hello({ name: 'Bob', room: 'physics' })
    await ann.next('presence', ({ room, joined }) => room === 'physics' && joined[0]?.id === you.id)
    bob.send({ type: 'typing', on: true })
    expect(await ann.next('typing')).toMatchObject({ room: 'physics', from: you, on: true })
    bob.send({ type: 'join', room: 'lobby' })
    await bob.next('joined', ({ room }) => room === 'lobby')
    bob.send({ type: 'leave', room: 'physics' })
    expect(await bob.next('left')).toEqual({ type: 'left', room: 'physics' })
    await ann.next('presence', ({ room, left }) => room === 'physics' && left[0]?.id === you.id)
    ann.send({ type: 'say', text: 'without Bob', room: 'physics' })
    ann.send({ type: 'say', text: 'with Bob' })
    await bob.until('with Bob')
    expect(bob.texts).toEqual(['with Bob'])
    bob.send({ type: 'say', id: 'x', text: 'to nobody' })
    expect(await bob.next('error')).toMatchObject({ code: 'not_in_room', id: 'x' })
  })

  it('continues in each room after a reconnect, without a gap or a repeat', async () => {
    const { webUrl } = await testGateway()
    const ann = await pageClient(webUrl)
    const { token, epoch } = await ann.hello({ name: 'Ann' })
    ann.send({ type: 'join', room: 'physics' })
    await ann.next('joined')
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    bob.send({ type: 'join', room: 'physics' })
    await bob.next('joined')
    const say = (text: string) => {
      bob.send({ type: 'say', text: `${text} lobby` })
      bob.send({ type: 'say', text: `${text} physics`, room: 'physics' })
    }
    say('one')
    await ann.until('one physics')
    await ann.until('one lobby')
    ann.socket.terminate()
    await ann.untilClosed()
    say('two')
    await bob.until('two physics')
    const again = await pageClient(webUrl)
    const welcome = await again.hello({ token, epoch, seq: 1, room: 'physics' })
    expect(welcome).toMatchObject({ room: 'physics', resumed: { from: 2, to: 2 }, memberCount: 2 })
    await again.until('two physics')
    again.send({ type: 'join', room: 'lobby', epoch, seq: 1 })
    expect(await again.next('joined')).toMatchObject({ resumed: { from: 2, to: 2 } })
    say('three')
    await again.until('three lobby')
    await again.until('three physics')
    expect(eventsOf(again, undefined).map(({ seq }) => seq)).toEqual([2, 3])
    expect(eventsOf(again, 'physics').map(({ seq }) => seq)).toEqual([2, 3])
    // The places were held: Bob has seen no one leave.
    expect(bob.messages.filter((one) => one.type === 'presence' && one.left.length > 0)).toEqual([])
  })

  it('returns to the room of its hello, which no request has to name', async () => {
    const { webUrl, rooms } = await testGateway()
    const ann = await pageClient(webUrl)
    await ann.hello({ name: 'Ann', room: 'physics' })
    ann.send({ type: 'leave', room: 'physics' })
    await ann.next('left')
    expect(rooms.opened).toEqual([rooms.lobby])
    ann.send({ type: 'join', room: 'physics' })
    ann.send({ type: 'say', text: 'here again' })
    expect(await ann.until('here again')).toMatchObject({ seq: 1 })
  })

  it('keeps the places that it took over, whatever the connection before it still joins', async () => {
    const { webUrl, tcp, rooms, logged } = await testGateway({ flood: { perSecond: 4, burst: 1 } })
    const first = await pageClient(webUrl)
    const { token } = await first.hello({ name: 'Ann' })
    const before = await rawClient(tcp.port)
    const hello = { type: 'hello', protocol: 1, token }
    // The join waits for flood control.
    before.send(`${JSON.stringify(hello)}\n{"type":"join","room":"physics"}\n`)
    await before.until('welcome')
    const again = await pageClient(webUrl)
    await again.hello({ token, room: 'physics' })
    await before.until('replaced')
    const isLeft = () => logged.filter(({ msg }) => msg === 'left').length === 2
    before.socket.end()
    await expect.poll(isLeft).toBe(true)
    await expect.poll(() => rooms.lobby.members.counts).toEqual({ present: 0, held: 1 })
    expect(rooms.opened[1]?.members.counts).toEqual({ present: 1, held: 0 })
  })

  it('has a history, a search and a topic for each', async () => {
    const { webUrl } = await testGateway()
    const ann = await pageClient(webUrl)
    await ann.hello({ name: 'Ann' })
    ann.send({ type: 'join', room: 'physics' })
    ann.send({ type: 'say', text: 'apple in physics', room: 'physics' })
    ann.send({ type: 'say', text: 'apple in the lobby' })
    ann.send({ type: 'search', query: 'apple', room: 'physics' })
    expect(await ann.next('found')).toMatchObject({
      room: 'physics',
      events: [{ text: 'apple in physics' }],
    })
    ann.send({ type: 'history' })
    const history = await ann.next('history')
    expect(history.events.map(({ text }) => text)).toEqual(['apple in the lobby'])
    expect(history).not.toHaveProperty('room')
    ann.send({ type: 'topic', text: 'Fruit', room: 'physics' })
    expect(await ann.until('Fruit')).toMatchObject({ kind: 'topic', seq: 2 })
    const bob = await pageClient(webUrl)
    expect(await bob.hello({ room: 'physics' })).toMatchObject({ topic: 'Fruit' })
    const { client } = await greeted((await testGateway()).tcp.port)
    expect(client.text).not.toContain('Topic')
  })

  it('gets an error for a room that it is in, for too many rooms, and for a bad name', async () => {
    const { webUrl } = await testGateway()
    const ann = await pageClient(webUrl)
    ann.send({ type: 'hello', protocol: 1, room: 'a/b' })
    expect(await ann.next('error')).toMatchObject({ code: 'room_invalid', room: 'a/b' })
    await ann.hello({ name: 'Ann' })
    ann.send({ type: 'join', room: 'Lobby' })
    await ann.next('error', ({ code, room }) => code === 'already_in_room' && room === 'Lobby')
    for (let at = 1; at < 100; at += 1) ann.send({ type: 'join', room: `room ${at}` })
    await ann.next('joined', ({ room }) => room === 'room 99')
    ann.send({ type: 'join', room: 'room 100' })
    await ann.next('error', ({ code, room }) => code === 'too_many_rooms' && room === 'room 100')
  })
})

describe('over HTTP', () => {
  const json = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init)
    return { status: response.status, body: await response.json() }
  }

  it('the rooms are listed, and the events of one of them are read', async () => {
    const { webUrl, rooms } = await testGateway()
    const ann = await pageClient(webUrl)
    await ann.hello({ name: 'Ann', room: 'physics' })
    ann.send({ type: 'say', text: 'one' })
    await ann.until('one')
    const list = { rooms: [{ name: 'lobby' }, { name: 'physics', memberCount: 1 }], open: true }
    expect(await json(`${webUrl}/api/rooms`)).toMatchObject({ status: 200, body: list })
    ann.socket.close()
    await expect.poll(() => rooms.people.names.size).toBe(1)
    const events = await json(`${webUrl}/api/events?room=PHYSICS&limit=5`)
    expect(events).toMatchObject({ status: 200, body: { head: 1, events: [{ text: 'one' }] } })
    expect(await json(`${webUrl}/api/events?room=none`)).toMatchObject({
      status: 404,
      body: { code: 'room_unknown', room: 'none' },
    })
    expect(await json(`${webUrl}/api/events`)).toMatchObject({ body: { head: 0, events: [] } })
  })

  it('a message is sent to a room, which is made if it does not exist', async () => {
    const { webUrl, rooms } = await testGateway()
    const sent = await json(`${webUrl}/api/say?room=alerts&name=cron`, {
      method: 'POST',
      body: 'The disk is full.',
      headers: { 'Content-Type': 'text/plain' },
    })
    expect(sent).toMatchObject({ status: 201, body: { room: 'alerts', seq: 1 } })
    expect(rooms.opened).toEqual([rooms.lobby])
    const ann = await pageClient(webUrl)
    const { events } = await ann.hello({ room: 'alerts', history: 5 })
    expect(events).toMatchObject([{ text: 'The disk is full.' }])
  })

  it('the page is served at the address of each room', async () => {
    const { webUrl } = await testGateway()
    const response = await fetch(`${webUrl}/r/my%20room`)
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('<title>Oneroom</title>'),
    ])
  })
})
