/** Messages to one other person. */
import { describe, expect, it } from 'vitest'
import { testFolder } from '../../../support/folder.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { type PageClient, pageClient } from '../../../support/page.ts'
import { codeOf, greeted, type RawClient } from '../../../support/raw.ts'

async function terminal({ tcp }: TestGateway, name: string): Promise<RawClient & { code: string }> {
  const { client } = await greeted(tcp.port)
  const code = await codeOf(client)
  client.send(`/name ${name}\n`)
  await client.until(`You are ${name} now.\n`)
  return Object.assign(client, { code })
}

async function page({ webUrl }: TestGateway, name: string): Promise<PageClient> {
  const client = await pageClient(webUrl)
  await client.hello({ name })
  return client
}

const directsOf = (client: PageClient) =>
  client.messages.flatMap((one) => (one.type === 'direct' ? one.events : []))

describe('/msg', () => {
  it('reaches one person, wherever they are, in a line of its own form', async () => {
    const gateway = await testGateway()
    const [ann, bob, eve] = [
      await terminal(gateway, 'Ann'),
      await terminal(gateway, 'Bob'),
      await terminal(gateway, 'Eve'),
    ]
    bob.send('/join physics\n')
    await bob.until('You are in physics now.')
    for (const client of [ann, bob, eve]) client.forget()
    ann.send('/msg bob hello Bob\nto all\n')
    await bob.until(/\[.{5}\] Ann -> Bob: hello Bob\n/)
    bob.send('/reply hello Ann\n')
    await ann.until(/\[.{5}\] Bob -> Ann: hello Ann\n/)
    ann.send('/msg Bob\n')
    await ann.until(/\* .{10}\n\[.{5}\] Ann -> Bob: hello Bob\n\[.{5}\] Bob -> Ann: hello Ann\n/)
    eve.send('/search hello\n/msg Ann\n/history\n')
    await eve.until('Ann: to all\n')
    await eve.until('* There are no messages yet.\n')
    expect(eve.text).toContain('* Nothing found for hello\n')
    expect(eve.text).not.toMatch(/hello (Ann|Bob)/)
    const events = await fetch(`${gateway.webUrl}/api/events`)
    expect(await events.text()).not.toMatch(/hello/)
  })

  it('is answered by /reply, and taken back by /undo, although another person has the id as a name', async () => {
    const gateway = await testGateway({}, { absenceMs: 0 })
    const ann = await terminal(gateway, 'Ann')
    const bob = await pageClient(gateway.webUrl)
    const { you } = await bob.hello({ name: 'Bob' })
    bob.send({ type: 'direct', to: 'Ann', text: 'are you there?' })
    await ann.until('Bob -> Ann: are you there?\n')
    bob.socket.close()
    await ann.until('* Bob left\n')
    const eve = await terminal(gateway, you.id)
    ann.send('/reply for Bob only\n')
    await ann.until('* Bob is not here now')
    ann.send('/undo\n')
    await ann.until('You took back message')
    eve.send('/who\n')
    await eve.until('Ann')
    expect(eve.text).not.toContain('for Bob only')
  })

  it('is refused if nobody has the name, or if it is one’s own', async () => {
    const ann = await terminal(await testGateway(), 'Ann')
    ann.send('/msg Bob hello\n')
    await ann.until('! There is nobody called Bob.\n')
    ann.send('/msg ann hello\n')
    await ann.until('! That is you.\n')
    ann.send('/reply hello\n')
    await ann.until('! No direct message has arrived yet.')
    ann.send('/msg\n')
    await ann.until('! Usage: /msg NAME TEXT\n')
  })

  it('waits for a person who is away, also over a restart, and comes once', async () => {
    const data = testFolder()
    const first = await testGateway({ data })
    const ann = await terminal(first, 'Ann')
    const bob = await terminal(first, 'Bob')
    ann.send('/msg Bob one\n')
    await bob.until('Ann -> Bob: one\n')
    bob.socket.destroy()
    await ann.until('* Bob left\n')
    ann.send('/msg Bob two\n/msg Bob three\nin the room\n')
    await ann.until('* Bob is not here now, and receives it after coming back.\n')
    ann.send('/who\n')
    await ann.until('1 here: ')
    await first.close()
    const second = await testGateway({ data })
    const { client: again } = await greeted(second.tcp.port)
    again.forget()
    again.send(`/resume ${bob.code}\n`)
    await again.until('three\n')
    await again.until('Ann: in the room\n')
    const directs = again.text.match(/Ann -> Bob: \w+/g)
    expect(directs).toEqual(['Ann -> Bob: two', 'Ann -> Bob: three'])
    // Ann has not come back yet.
    again.send('/reply four\n')
    await again.until('* Ann is not here now')
    again.send('/quit\n')
    await again.untilEnded()
    const { client: third } = await greeted(second.tcp.port)
    third.forget()
    third.send(`/resume ${bob.code}\n/who\n`)
    await third.until('1 here: Bob')
    expect(third.text).not.toContain('->')
    const { client: back } = await greeted(second.tcp.port)
    back.send(`/resume ${ann.code}\n`)
    await back.until('Bob -> Ann: four\n')
  })

  it('is shown to a terminal that moves, and to one that takes over', async () => {
    const gateway = await testGateway()
    const ann = await terminal(gateway, 'Ann')
    const bob = await terminal(gateway, 'Bob')
    ann.send('/msg Bob one\n')
    await bob.until('one\n')
    bob.send('/join physics\n')
    await bob.until('You are in physics now.')
    ann.send('/msg Bob two\n')
    await bob.until('two\n')
    const { client: other } = await greeted(gateway.tcp.port)
    other.forget()
    other.send(`/resume ${bob.code}\n`)
    await other.until('You are Bob again in physics.\n')
    ann.send('/msg Bob three\n')
    await other.until('three\n')
    expect(other.text.match(/Ann -> Bob: \w+/g)).toEqual(['Ann -> Bob: three'])
  })
})

it('/resume leaves the conversations of the guest behind', async () => {
  const gateway = await testGateway()
  const ann = await terminal(gateway, 'Ann')
  const bob = await terminal(gateway, 'Bob')
  bob.socket.destroy()
  await ann.until('* Bob left\n')
  const { client: guest, name } = await greeted(gateway.tcp.port)
  ann.send(`/msg ${name} to the guest\n`)
  await guest.until('to the guest\n')
  guest.send(`/resume ${bob.code}\n/reply hello\n`)
  await guest.until('You are Bob again.\n')
  await guest.until('! No direct message has arrived yet.')
  ann.send(`/msg ${name} to nobody\n/msg Bob to Bob\n`)
  await guest.until('Ann -> Bob: to Bob\n')
  expect(guest.text).not.toContain('to nobody')
})

it('the relay and unknown names are no receivers, and a name in an error is safe to show', async () => {
  const ann = await terminal(await testGateway(), 'Ann')
  ann.send('/msg \u001b[31mred\u0007 hello\n')
  await ann.until('! There is nobody called ^[[31mred^G.\n')
})

describe('a direct message in JSON', () => {
  it('is received by the two people only, in the order of their conversation', async () => {
    const gateway = await testGateway()
    const [ann, bob, eve] = [
      await page(gateway, 'Ann'),
      await page(gateway, 'Bob'),
      await page(gateway, 'Eve'),
    ]
    ann.send({ type: 'direct', to: 'Bob', id: '1', text: 'one' })
    await bob.next('direct')
    const [id] = directsOf(bob).map(({ from }) => from.id)
    bob.send({ type: 'direct', to: id ?? '', id: '1', text: 'two', action: true })
    ann.send({ type: 'direct', to: 'eve', id: '1', text: 'for Eve' })
    ann.send({ type: 'direct', to: 'Bob', id: '1', text: 'one' })
    ann.send({ type: 'direct', to: 'Bob', id: '2', text: 'three' })
    await bob.next('direct', ({ events }) => events.at(-1)?.text === 'three')
    await eve.next('direct')
    const told = directsOf(bob).map(({ seq, kind, text }) => [seq, kind, text])
    expect(told).toEqual([
      [1, 'message', 'one'],
      [2, 'action', 'two'],
      [3, 'message', 'three'],
    ])
    expect(await bob.next('direct')).toMatchObject({ people: [{ name: 'Ann' }, { name: 'Bob' }] })
    expect(directsOf(eve)).toMatchObject([{ seq: 1, text: 'for Eve' }])
    await ann.next('direct', ({ events }) => events.at(-1)?.text === 'three')
    // The repeated id is answered with the first event.
    expect(directsOf(ann).filter(({ text }) => text === 'one')).toHaveLength(2)
    expect(ann.events).toEqual([])
  })

  it('is listed to a person that returns, and is in the history of the conversation', async () => {
    const gateway = await testGateway()
    const ann = await page(gateway, 'Ann')
    const bob = await pageClient(gateway.webUrl)
    const { token, you } = await bob.hello({ name: 'Bob' })
    bob.socket.terminate()
    await bob.untilClosed()
    ann.send({ type: 'direct', to: you.id, text: 'one' })
    await ann.next('direct')
    const again = await pageClient(gateway.webUrl)
    const welcome = await again.hello({ token })
    const [conversation] = welcome.direct ?? []
    expect(conversation).toMatchObject({ with: { name: 'Ann' }, head: 1 })
    again.send({ type: 'history', direct: conversation?.with.id ?? '' })
    expect(await again.next('history')).toMatchObject({
      people: expect.arrayContaining([you].map(({ id, name }) => ({ id, name }))),
      events: [{ text: 'one' }],
    })
    again.send({ type: 'search', query: 'one', direct: 'Ann' })
    expect(await again.next('found')).toMatchObject({ events: [{ text: 'one' }] })
    ann.send({ type: 'direct', to: you.id, text: 'two' })
    await again.next('direct', ({ events }) => events.at(-1)?.seq === 2)
  })

  it('is an error with the id of the message if there is no such person', async () => {
    const ann = await page(await testGateway(), 'Ann')
    ann.send({ type: 'direct', to: 'nobody', id: 'x', text: 'one' })
    expect(await ann.next('error')).toMatchObject({ code: 'person_unknown', id: 'x' })
    ann.send({ type: 'history', direct: 'nobody' })
    await ann.next('error', ({ id }) => id === undefined)
  })
})

it('a conversation is in memory only while one of the two is connected', async () => {
  const gateway = await testGateway()
  const { conversations } = gateway.rooms
  const [ann, bob] = [await terminal(gateway, 'Ann'), await terminal(gateway, 'Bob')]
  ann.send('/msg Bob one\n')
  await bob.until('one\n')
  expect(conversations.size).toBe(1)
  bob.socket.destroy()
  await ann.until('* Bob left\n')
  expect(conversations.size).toBe(1)
  ann.send('/quit\n')
  await ann.untilEnded()
  await expect.poll(() => conversations.size).toBe(0)
})

describe('/ignore', () => {
  it('hides all that a person says, does and tells, until it is taken back', async () => {
    const gateway = await testGateway()
    const ann = await terminal(gateway, 'Ann')
    const eve = await terminal(gateway, 'Eve')
    const bob = await terminal(gateway, 'Bob')
    eve.send('before\n')
    await ann.until('Eve: before\n')
    ann.send('/ignore eve\n')
    await ann.until('You ignore Eve.\n')
    ann.forget()
    eve.send('one\n/me waves\n/msg Ann psst\n/name Evil\n/topic Eve was here\n/who\n')
    await eve.until('3 here')
    bob.send('two\n')
    await ann.until('Bob: two\n')
    ann.send('/history\n/msg Evil\n/ignore\n')
    await ann.until('You ignore Eve.\n')
    expect(ann.text).not.toMatch(/one|waves|psst|Evil|before|was here/)
    await bob.until('Eve: one\n')
    // The list is kept with the seat.
    ann.socket.destroy()
    await bob.until('* Ann left\n')
    const { client: again } = await greeted(gateway.tcp.port)
    again.send(`/resume ${ann.code}\n/ignore\n`)
    await again.until('You ignore Eve.\n')
    again.send('/ignore Evil\n')
    await again.until('You ignore nobody.\n')
    eve.send('three\n')
    await again.until('Evil: three\n')
  })

  it('is kept over a visit in which the list could not be read', async () => {
    const gateway = await testGateway()
    const { store, people } = gateway.rooms
    const ann = await pageClient(gateway.webUrl)
    const { token, you } = await ann.hello({ name: 'Ann' })
    await page(gateway, 'Eve')
    ann.send({ type: 'ignore', name: 'Eve', on: true })
    await ann.next('ignored')
    ann.send({ type: 'bye' })
    await ann.untilClosed()
    await expect.poll(() => store.seatOf(you.id)).toMatchObject({ ignored: [{ name: 'Eve' }] })
    const seatOf = store.seatOf
    store.seatOf = () => Promise.reject(new Error('the disk is gone'))
    const second = await pageClient(gateway.webUrl)
    expect(await second.hello({ token })).not.toHaveProperty('ignored')
    store.seatOf = seatOf
    second.send({ type: 'bye' })
    await second.untilClosed()
    await expect.poll(() => people.names.get(you.id)).toBeUndefined()
    const third = await pageClient(gateway.webUrl)
    expect(await third.hello({ token })).toMatchObject({ ignored: [{ name: 'Eve' }] })
  })

  it('in JSON leaves out events, and tells how far they went', async () => {
    const gateway = await testGateway()
    const ann = await pageClient(gateway.webUrl)
    const { token } = await ann.hello({ name: 'Ann' })
    const eve = await page(gateway, 'Eve')
    ann.send({ type: 'ignore', name: 'Eve', on: true })
    expect(await ann.next('ignored')).toMatchObject({ people: [{ name: 'Eve' }] })
    eve.send({ type: 'typing', on: true })
    eve.send({ type: 'say', text: 'one' })
    expect(await ann.next('events')).toEqual({ type: 'events', events: [], to: 1 })
    ann.send({ type: 'history' })
    expect(await ann.next('history')).toMatchObject({ events: [] })
    expect(ann.messages.filter(({ type }) => type === 'typing')).toEqual([])
    ann.socket.close()
    await ann.untilClosed()
    const again = await pageClient(gateway.webUrl)
    const welcome = await again.hello({ token, history: 9 })
    expect(welcome).toMatchObject({ ignored: [{ name: 'Eve' }], events: [] })
  })
})

it('an id is of its person, also if another person has it as a name', async () => {
  const gateway = await testGateway({}, { absenceMs: 0 })
  const ann = await page(gateway, 'Ann')
  const bob = await pageClient(gateway.webUrl)
  const { you, token } = await bob.hello({ name: 'Bob' })
  bob.socket.terminate()
  await ann.next('presence', ({ left }) => left.length > 0)
  const eve = await page(gateway, you.id)
  ann.send({ type: 'direct', to: you.id, text: 'for Bob' })
  expect(await ann.next('direct')).toMatchObject({ people: [{ name: 'Ann' }, { name: 'Bob' }] })
  const again = await pageClient(gateway.webUrl)
  expect(await again.hello({ token })).toMatchObject({ direct: [{ head: 1 }] })
  ann.send({ type: 'direct', to: you.id.toLowerCase(), text: 'for Eve' })
  await eve.next('direct')
  expect(directsOf(eve)).toMatchObject([{ text: 'for Eve' }])
})
