/** What hosts do to people who disturb: mute, unmute, kick. */
import { describe, expect, it } from 'vitest'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted } from '../../../support/raw.ts'

const options = { hostKey: HOST_KEY }

describe('a muted person', () => {
  it('is told how long, and gets messages back by their id', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    const { you } = await bob.hello({ name: 'Bob' })
    hana.send({ type: 'act', act: { type: 'mute', person: 'bob', seconds: 600 } })
    const { act, at, from } = await bob.until('muted Bob for 10 minutes')
    const until = expect.stringMatching(/Z$/)
    expect(act).toEqual({ type: 'mute', person: { id: you.id, name: 'Bob' }, until })
    expect(from.name).toBe('Hana')
    const end = act?.type === 'mute' ? Date.parse(act.until ?? '') : 0
    expect(end - Date.parse(at)).toBeGreaterThan(590_000)
    bob.send({ type: 'say', id: 'draft', text: 'why?' })
    const error = await bob.next('error', ({ id }) => id === 'draft')
    expect(error).toMatchObject({ code: 'muted', message: 'You are muted for 10 more minutes.' })
    bob.send({ type: 'topic', text: 'mine' })
    await bob.next('error', ({ code, room }) => code === 'muted' && room === 'lobby')
    hana.send({ type: 'act', act: { type: 'unmute', person: you.id } })
    await bob.until('unmuted Bob')
    bob.send({ type: 'say', id: 'draft', text: 'why?' })
    await hana.until('why?')
  })

  it('stays muted in all rooms, under another name and after a restart', async () => {
    const data = testFolder()
    const first = await testGateway({ ...options, data })
    const hana = await hostClient(first.webUrl)
    const bob = await pageClient(first.webUrl)
    const { token } = await bob.hello({ name: 'Bob', room: 'physics' })
    hana.send({ type: 'act', act: { type: 'mute', person: 'Bob' } })
    // Bob is in another room, and is told all the same.
    await bob.next('error', ({ code, message }) => code === 'muted' && message === 'You are muted.')
    await first.close()
    const second = await testGateway({ data })
    const again = await pageClient(second.webUrl)
    expect((await again.hello({ token, name: 'Robert' })).you.name).toBe('Robert')
    again.send({ type: 'say', id: '1', text: 'hello' })
    expect(await again.next('error')).toMatchObject({ code: 'muted', id: '1' })
    const { events } = await (await fetch(`${second.webUrl}/api/events`)).json()
    expect(events.at(-1)).toMatchObject({ text: 'muted Bob', act: { type: 'mute' } })
  })

  it('can write to hosts, and to nobody else', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const carol = await pageClient(webUrl)
    await carol.hello({ name: 'Carol' })
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    hana.send({ type: 'act', act: { type: 'mute', person: 'Bob' } })
    await bob.until('muted Bob')
    bob.send({ type: 'direct', to: 'Carol', id: 'c', text: 'psst' })
    expect(await bob.next('error', ({ id }) => id === 'c')).toMatchObject({ code: 'muted' })
    bob.send({ type: 'direct', to: 'Hana', id: 'h', text: 'sorry' })
    const { events } = await hana.next('direct')
    expect(events).toMatchObject([{ text: 'sorry', id: 'h' }])
    expect(carol.messages.filter(({ type }) => type === 'direct')).toEqual([])
  })

  it('shows no text as a name or as a new room, and can enter rooms', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    const { token } = await bob.hello({ name: 'Bob' })
    hana.send({ type: 'join', room: 'physics' })
    await hana.next('joined')
    hana.send({ type: 'act', act: { type: 'mute', person: 'Bob' } })
    await bob.next('error', ({ code }) => code === 'muted')
    const refused = async (request: Parameters<typeof bob.send>[0]) => {
      bob.messages.length = 0
      bob.send(request)
      expect(await bob.next('error')).toMatchObject({ code: 'muted' })
    }
    await refused({ type: 'name', name: 'U are all idiots' })
    await refused({ type: 'join', room: 'you are all idiots' })
    bob.send({ type: 'join', room: 'physics' })
    await bob.next('joined')
    bob.socket.terminate()
    const again = await pageClient(webUrl)
    again.send({ type: 'hello', protocol: 1, token, room: 'all idiots' })
    expect(await again.next('error')).toMatchObject({ code: 'muted' })
    expect((await again.hello({ token })).you.name).toBe('Bob')
  })

  it('is a script over HTTP, by its name', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const post = (name: string) =>
      fetch(`${webUrl}/api/say?name=${name}`, { method: 'POST', body: 'x' })
    await post('Build')
    hana.send({ type: 'act', act: { type: 'mute', person: 'build' } })
    await hana.until('muted Build')
    expect((await post('Build')).status).toBe(403)
    expect((await post('Other')).status).toBe(201)
    hana.send({ type: 'act', act: { type: 'ban', person: 'Other' } })
    await hana.until('banned Other')
    expect((await post('Other')).status).toBe(403)
  })

  it('is heard by nobody as typing', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    const { you } = await bob.hello({ name: 'Bob' })
    hana.send({ type: 'act', act: { type: 'mute', person: 'Bob' } })
    await bob.until('muted Bob')
    bob.send({ type: 'typing', on: true })
    hana.send({ type: 'act', act: { type: 'unmute', person: 'Bob' } })
    await bob.until('unmuted Bob')
    bob.send({ type: 'say', text: 'over' })
    await hana.until('over')
    expect(hana.messages.filter((one) => one.type === 'typing' && one.from.id === you.id)).toEqual(
      [],
    )
  })
})

it('a room in which everybody is muted hears its hosts only, and other rooms go on', async () => {
  const { webUrl } = await testGateway(options)
  const hana = await hostClient(webUrl)
  const bob = await pageClient(webUrl)
  await bob.hello({ name: 'Bob' })
  bob.send({ type: 'join', room: 'physics' })
  hana.send({ type: 'act', act: { type: 'mute', seconds: 3600 } })
  await bob.until('muted everybody here for 1 hour')
  bob.send({ type: 'say', id: '1', text: 'in the lobby' })
  const { id, message } = await bob.next('error')
  expect(id).toBe('1')
  expect(message).toMatch(/^Everybody here is muted for (1 more hour|60 more minutes)\.$/)
  const post = () => fetch(`${webUrl}/api/say`, { method: 'POST', body: 'text=x' })
  expect((await post()).status).toBe(403)
  bob.send({ type: 'say', text: 'in physics', room: 'physics' })
  await bob.until('in physics')
  hana.send({ type: 'say', text: 'listen' })
  await bob.until('listen')
  hana.send({ type: 'act', act: { type: 'unmute' } })
  await bob.until('unmuted everybody here')
  expect((await post()).status).toBe(201)
})

describe('a person who is kicked', () => {
  it('reads why, is not to come back by itself, and may come back', async () => {
    const { webUrl, rooms } = await testGateway(options, { absenceMs: 60_000 })
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    const { token } = await bob.hello({ name: 'Bob' })
    for (const [reason, code] of [
      [token, 'code_said'],
      [HOST_KEY, 'key_said'],
    ] as const) {
      hana.send({ type: 'act', act: { type: 'kick', person: 'Bob', reason } })
      await hana.next('error', (error) => error.code === code)
    }
    hana.send({ type: 'act', act: { type: 'kick', person: 'Bob', reason: 'off\u0007 topic' } })
    const reason = 'off^G topic'
    expect((await hana.until(`removed Bob: ${reason}`)).act).toMatchObject({ type: 'kick', reason })
    const error = await bob.next('error')
    expect(error).toMatchObject({ code: 'kicked', message: `Hana removed you: ${reason}` })
    expect(await bob.untilClosed()).toBe(4010)
    await hana.next('presence', ({ left }) => left[0]?.name === 'Bob')
    expect(rooms.lobby.members.size).toBe(1)
    const again = await pageClient(webUrl)
    expect((await again.hello({ token })).you.name).toBe('Bob')
    // Of a lost connection, the place is given up.
    again.socket.terminate()
    await expect.poll(() => rooms.lobby.members.counts).toMatchObject({ held: 1 })
    hana.send({ type: 'act', act: { type: 'kick', person: 'Bob' } })
    await hana.until('removed Bob')
    expect(rooms.lobby.members.counts).toMatchObject({ held: 0 })
    hana.send({ type: 'act', act: { type: 'kick', person: 'Bob' } })
    await hana.next('error', ({ message }) => message === 'Bob is not here.')
  })
})

describe('a host', () => {
  it('cannot be muted or removed by another, but by the console', async () => {
    const { webUrl, operate } = await testGateway(options)
    const printed: string[] = []
    const terminal = { columns: 80, colours: false, quit: () => {} }
    const console = operate({ ...terminal, print: (lines) => printed.push(...lines) })
    const hana = await hostClient(webUrl)
    const ivan = await hostClient(webUrl, 'Ivan')
    for (const type of ['mute', 'kick', 'unhost'] as const) {
      hana.send({ type: 'act', act: { type, person: 'Ivan' } })
      await hana.next('error', ({ code }) => code === 'is_host')
      hana.messages.length = 0
    }
    hana.send({ type: 'act', act: { type: 'mute', person: 'Server' } })
    await hana.next('error', ({ code }) => code === 'is_host')
    hana.send({ type: 'act', act: { type: 'kick', person: 'Hana' } })
    await hana.next('error', ({ message }) => message === 'That is you.')
    console.type('/mute Ivan 1h')
    await ivan.until('muted Ivan for 1 hour')
    ivan.send({ type: 'say', id: '1', text: 'no' })
    await ivan.next('error', ({ id }) => id === '1')
    ivan.messages.length = 0
    ivan.send({ type: 'act', act: { type: 'kick', person: 'Hana', reason: 'a text' } })
    await ivan.next('error', ({ code }) => code === 'muted')
    console.type('/unhost Ivan')
    await ivan.until('took the role of a host from Ivan')
    const { roles } = await hana.next('presence', ({ roles }) => roles?.[0]?.name === 'Ivan')
    expect(roles?.[0]).not.toHaveProperty('role')
    ivan.send({ type: 'act', act: { type: 'unmute', person: 'Ivan' } })
    await ivan.next('error', ({ code }) => code === 'not_host')
    console.type('/host anything')
    console.type('/help')
    expect(printed.join('\n')).toMatch(
      /Server muted Ivan for 1 hour[\s\S]*There is no \/host[\s\S]*\/mute/,
    )
  })

  it('names whom the server does not know, and gets an error for what an act lacks', async () => {
    const { webUrl } = await testGateway(options)
    const hana = await hostClient(webUrl)
    hana.send({ type: 'act', act: { type: 'mute', person: 'nobody\u001b' } })
    const { message } = await hana.next('error', ({ code }) => code === 'person_unknown')
    expect(message).toBe('There is nobody called nobody^[.')
    hana.send({ type: 'act', act: { type: 'kick' } })
    await hana.next('error', ({ code }) => code === 'bad_message')
    hana.send({ type: 'act', act: { type: 'unhost', person: 'Hana' }, room: 'physics' })
    await hana.next('error', ({ code }) => code === 'not_in_room')
  })
})

it('a name that is the id of another person is a name at a terminal', async () => {
  const { webUrl, tcp } = await testGateway(options, { absenceMs: 0 })
  const alice = await pageClient(webUrl)
  const { you, token } = await alice.hello({ name: 'Alice' })
  alice.send({ type: 'bye' })
  await alice.untilClosed()
  const { client: hana } = await greeted(tcp.port)
  hana.send(`/host ${HOST_KEY}\n`)
  await hana.until('You are a host now.')
  const troll = await pageClient(webUrl)
  await troll.hello({ name: you.id })
  hana.send(`/mute ${you.id}\n`)
  await hana.until(`* You muted ${you.id}.`)
  await troll.next('error', ({ code }) => code === 'muted')
  const again = await pageClient(webUrl)
  await again.hello({ token })
  again.send({ type: 'say', text: 'not me' })
  await hana.until('not me')
})

it('a host at a terminal types it, and people at terminals read it', async () => {
  const { tcp } = await testGateway(options)
  const { client: hana } = await greeted(tcp.port)
  const { client: bob } = await greeted(tcp.port)
  hana.send(`/name Hana\n/host ${HOST_KEY}\n`)
  bob.send('/name Bob B\n')
  await hana.until('is now <Bob B>')
  await bob.until('* Hana is a host now')
  hana.send('/mute "Bob B" 90\n')
  await hana.until('! /mute takes a time such as 30s, 10m, 2h or 1d after the name.')
  hana.send('/mute "Bob B" 90s\n')
  await hana.until('* You muted <Bob B> for 90 seconds.')
  await bob.until('* Hana muted <Bob B> for 90 seconds')
  bob.send('hello?\n')
  await bob.until(/! You are muted for (2 more minutes|[789]\d more seconds)\./)
  bob.send('/ignore Hana\n')
  await bob.until('You ignore Hana.')
  // Acts are shown also to those who ignore the host.
  hana.send('/unmute "Bob B"\n')
  await bob.until('* Hana unmuted <Bob B>')
  hana.send('/kick <Bob B> that is enough\n')
  expect(await bob.untilEnded()).toContain('! Hana removed you: that is enough')
})
