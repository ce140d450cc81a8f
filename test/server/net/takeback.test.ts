/** People take back their own messages. */
import { describe, expect, it } from 'vitest'
import { TAKE_BACK_MS } from '../../../shared/redaction.ts'
import { everything } from '../../support/events.ts'
import { type TestGateway, testGateway } from '../../support/gateway.ts'
import { type PageClient, pageClient } from '../../support/page.ts'
import { greeted } from '../../support/raw.ts'

async function talking(): Promise<{ gateway: TestGateway; ann: PageClient; bob: PageClient }> {
  const gateway = await testGateway()
  const ann = await pageClient(gateway.webUrl)
  await ann.hello({ name: 'Ann' })
  const bob = await pageClient(gateway.webUrl)
  await bob.hello({ name: 'Bob' })
  return { gateway, ann, bob }
}

describe('a message', () => {
  it('is taken back by its author, under any name, as if a host had removed it', async () => {
    const { gateway, ann, bob } = await talking()
    ann.send({ type: 'say', text: 'the secret' }).send({ type: 'name', name: 'Anna' })
    const { seq, from } = await bob.until('the secret')
    ann.send({ type: 'act', act: { type: 'redact', seq } })
    const { act } = await bob.until(`took back message ${seq}`)
    expect(act).toEqual({ type: 'redact', seq, person: { id: from.id, name: 'Ann' } })
    const [first] = await everything(gateway.webUrl)
    expect(first).toMatchObject({ seq, text: '', redacted: { by: 'Ann' } })
    const { client } = await greeted(gateway.tcp.port)
    await client.until('* Ann: taken back\n')
    expect(client.text).not.toContain('secret')
    ann.send({ type: 'act', act: { type: 'redact', seq } })
    expect((await ann.next('error')).code).toBe('bad_message')
  })

  it('is the latest of its author with /undo', async () => {
    const { gateway, bob } = await talking()
    const { client: carl, name } = await greeted(gateway.tcp.port)
    carl.send('/undo\n')
    await carl.until('! You have said nothing here that you can take back.\n')
    carl.send('one\ntwo\n')
    await bob.until('two')
    bob.send({ type: 'say', text: 'three' })
    await carl.until('Bob: three\n')
    carl.send('/undo\n')
    await carl.until('* You took back message 2.\n')
    carl.send('/undo 3\n')
    await carl.until('! Only a host can do that.')
    carl.send('/undo\n/history\n')
    await carl.until(/(\* guest-\d: taken back\n.*){2}Bob: three\n.*took back message 2\n/s)
    expect(name).toMatch(/^guest/)
  })

  it('of another person, or an old one, is not taken back', async () => {
    const { gateway, ann, bob } = await talking()
    ann.send({ type: 'say', text: 'mine' })
    const { seq } = await bob.until('mine')
    bob.send({ type: 'act', act: { type: 'redact', seq } })
    expect((await bob.next('error')).code).toBe('not_host')
    const { clock } = gateway.rooms
    const now = clock.now.bind(clock)
    clock.now = () => now() + TAKE_BACK_MS + 1
    ann.send({ type: 'act', act: { type: 'redact', seq } })
    expect((await ann.next('error')).code).toBe('too_late')
    ann.send({ type: 'act', act: { type: 'pin', seq } })
    expect((await ann.next('error', ({ code }) => code === 'not_host')).code).toBe('not_host')
    expect((await everything(gateway.webUrl)).map(({ text }) => text)).toEqual(['mine'])
  })
})

describe('a direct message', () => {
  it('is taken back by its author, for both people, and nobody else hears of it', async () => {
    const { gateway, ann, bob } = await talking()
    const { client: carl, name } = await greeted(gateway.tcp.port)
    ann.send({ type: 'direct', to: name, text: 'the secret' })
    await carl.until(`Ann -> ${name}: the secret\n`)
    const { events } = await ann.next('direct')
    const seq = events[0]?.seq ?? 0
    const redact = (act: object, direct: string) =>
      ann.send({ type: 'act', act: { type: 'redact', ...act }, direct })
    redact({ seq }, name)
    await carl.until(`* Ann -> ${name} took back message ${seq}\n`)
    carl.forget()
    carl.send('/msg Ann\n')
    expect(await carl.until('took back')).toMatch(/\* Ann -> guest-\d: taken back\n/)
    expect(carl.text).not.toContain('secret')
    ann.send({ type: 'history', direct: name })
    expect(JSON.stringify((await ann.next('history')).events)).not.toContain('secret')
    carl.send('/msg Ann mine\n')
    await ann.next('direct', (one) => one.events.some(({ text }) => text === 'mine'))
    redact({}, name)
    expect((await ann.next('error')).code).toBe('event_unknown')
    ann.messages.length = 0
    redact({ seq: 3 }, name)
    expect((await ann.next('error')).code).toBe('not_host')
    ann.messages.length = 0
    ann.send({ type: 'act', act: { type: 'pin', seq: 3 }, direct: name })
    expect((await ann.next('error')).code).toBe('bad_message')
    expect(bob.messages.some(({ type }) => type === 'direct')).toBe(false)
    expect(bob.events).toEqual([])
  })

  it('is what /undo takes back if it is the latest, and /undo NAME also later', async () => {
    const { gateway, ann, bob } = await talking()
    const { client: carl, name } = await greeted(gateway.tcp.port)
    carl.send('in the room\n/msg Ann one\n/msg Ann two\n/undo\n')
    await carl.until('* You took back message 2.\n')
    carl.send('again in the room\n/undo Ann\n')
    await carl.until('* You took back message 1.\n')
    carl.send('/undo\n')
    await bob.until('took back message 2')
    const back = ann.messages.flatMap((one) => (one.type === 'direct' ? one.events : []))
    expect(back.map(({ act }) => act?.type === 'redact' && act.seq)).toEqual([false, false, 2, 1])
    carl.send('/msg Ann\n')
    await carl.until(new RegExp(`(\\* ${name} -> Ann: taken back\n.*){2}`, 's'))
  })
})
