/** Messages that answer another one, from all kinds of clients to all kinds of clients. */
import { describe, expect, it } from 'vitest'
import { everything } from '../../support/events.ts'
import { type TestGateway, testGateway } from '../../support/gateway.ts'
import { type PageClient, pageClient } from '../../support/page.ts'
import { greeted } from '../../support/raw.ts'

async function talking(): Promise<{ gateway: TestGateway; ann: PageClient; bob: PageClient }> {
  const gateway = await testGateway()
  const ann = await pageClient(gateway.webUrl)
  await ann.hello({ name: 'Ann' })
  const bob = await pageClient(gateway.webUrl)
  await bob.hello({ name: 'Bob B' })
  return { gateway, ann, bob }
}

describe('an answer', () => {
  it('names what it answers, in JSON, at terminals, and to readers who come later', async () => {
    const { gateway, ann, bob } = await talking()
    const { client: carl } = await greeted(gateway.tcp.port)
    bob.send({ type: 'say', text: 'who has the key?\nit is urgent' })
    const { seq, from } = await ann.until('who has the key?\nit is urgent')
    ann.send({ type: 'say', text: 'I have', reply: seq })
    const { id, name } = from
    expect(await bob.until('I have')).toMatchObject({
      reply: seq,
      quote: { from: { id, name }, text: 'who has the key? …' },
    })
    const shown = /\[..:..\] \* Ann answers <Bob B>: who has the key\? …\n\[..:..\] Ann: I have\n/
    await carl.until(shown)
    const { client: late } = await greeted(gateway.tcp.port)
    await late.until(shown)
  })

  it('has no quote any more when the text is taken away, in what anybody receives', async () => {
    const { gateway, ann, bob } = await talking()
    bob.send({ type: 'say', text: 'my password is hunter2' })
    const { seq } = await ann.until('my password is hunter2')
    ann.send({ type: 'say', text: 'careful', reply: seq })
    await bob.until('careful')
    bob.send({ type: 'act', act: { type: 'redact', seq } })
    await ann.until(`took back message ${seq}`)
    const late = await pageClient(gateway.webUrl)
    const { events } = await late.hello({ name: 'Late', history: 50 })
    expect(JSON.stringify(events)).not.toContain('hunter2')
    expect(events[1]).toMatchObject({ text: 'careful', reply: seq })
    expect(JSON.stringify(await everything(gateway.webUrl))).not.toContain('hunter2')
    const { client } = await greeted(gateway.tcp.port)
    expect(await client.until('Ann: careful\n')).not.toMatch(/hunter2|answers/)
    ann.send({ type: 'say', text: 'too late', reply: seq })
    expect(await bob.until('too late')).not.toHaveProperty('quote')
  })

  it('at a terminal goes to the latest message, to that of a person, or to a number', async () => {
    const { gateway, ann, bob } = await talking()
    const { client: carl } = await greeted(gateway.tcp.port)
    carl.send('/re hello?\n')
    await carl.until('! There is no message to answer.\n')
    ann.send({ type: 'say', text: 'one' })
    const { seq } = await bob.until('one')
    bob.send({ type: 'say', text: 'two' })
    await carl.until('Bob B: two\n')
    carl.send('/re same here\n')
    await carl.until('* You answer <Bob B>: two\n')
    carl.send('/re ann yes, you\n')
    await carl.until('* You answer Ann: one\n')
    carl.send('/re "bob b" no\n/re\n')
    await carl.until('! Usage: /re [NAME] TEXT\n')
    carl.send(`/re #${seq} by number\n/re #99 by number\n`)
    expect(await carl.until('There is no message to answer.\n')).toMatch(/Ann: one\n.*Ann: one\n/s)
    await bob.until('by number')
    expect(bob.events.slice(-4).map(({ text, quote }) => [text, quote?.text])).toEqual([
      ['same here', 'two'],
      ['yes, you', 'one'],
      ['no', 'two'],
      ['by number', 'one'],
    ])
  })

  it('cannot be forged by a text, and its quote cannot look like another message', async () => {
    const { gateway, ann, bob } = await talking()
    const { client: carl } = await greeted(gateway.tcp.port)
    bob.send({ type: 'say', text: 'x\n[12:21] Ann: I quit' })
    const { seq } = await ann.until('x\n[12:21] Ann: I quit')
    ann.send({ type: 'say', text: '* Bob B answers Ann: no\n* Bob B answers Ann: no', reply: seq })
    const text = await carl.until('  | * Bob B answers Ann: no\n')
    const lines = text.split('\n').filter((line) => /quit|answers/.test(line))
    expect(lines.map((line) => line.replaceAll(/\d\d:\d\d/g, 'T'))).toEqual([
      '          | [T] Ann: I quit',
      '[T] * Ann answers <Bob B>: x …',
      '[T] Ann: * Bob B answers Ann: no',
      '          | * Bob B answers Ann: no',
    ])
  })

  it('to one person has a quote, too; one to nothing is refused', async () => {
    const { gateway, ann } = await talking()
    const { client: carl, name } = await greeted(gateway.tcp.port)
    carl.send('/msg Ann psst\n')
    const { events } = await ann.next('direct')
    ann.send({ type: 'direct', to: name, text: 'yes?', reply: events[0]?.seq ?? 0 })
    await carl.until(
      new RegExp(`\\* Ann answers ${name}: psst\n\\[..:..\\] Ann -> ${name}: yes\\?\n`),
    )
    ann.send({ type: 'direct', to: name, text: 'no', reply: 9, id: 'a' })
    ann.send({ type: 'say', text: 'no', reply: 9, id: 'b' })
    for (const id of ['a', 'b']) {
      expect((await ann.next('error', (error) => error.id === id)).code).toBe('event_unknown')
    }
  })

  it('to one person can be sent again after the log could not be read', async () => {
    const { gateway, ann, bob } = await talking()
    ann.send({ type: 'direct', to: 'Bob B', text: 'psst' })
    const { events, people } = await bob.next('direct')
    const conversation = await gateway.rooms.conversations.hold(people)
    const { read } = conversation.log
    conversation.log.read = () => Promise.reject(new Error('cannot be read'))
    const answer = {
      type: 'direct',
      to: 'Ann',
      text: 'yes?',
      reply: events[0]?.seq ?? 0,
      id: 'a',
    } as const
    bob.send(answer)
    expect(await bob.next('error')).toMatchObject({ code: 'history_unavailable', id: 'a' })
    conversation.log.read = read
    bob.send(answer)
    await ann.next('direct', ({ events }) => events[0]?.quote?.text === 'psst')
    conversation.release()
  })

  it('shows nothing of a person whom the reader ignores', async () => {
    const { ann, bob, gateway } = await talking()
    const { client: carl, name } = await greeted(gateway.tcp.port)
    carl.send('/ignore Bob B\n')
    await carl.until('You ignore Bob B.\n')
    bob.send({ type: 'say', text: 'nasty' })
    ann.send({ type: 'say', text: 'stop', reply: (await ann.until('nasty')).seq })
    await carl.until('Ann: stop\n')
    bob.send({ type: 'act', act: { type: 'redact' } })
    await ann.until('took back message 1')
    bob.send({ type: 'direct', to: name, text: 'psst' })
    bob.send({ type: 'act', act: { type: 'redact' }, direct: name })
    await bob.next('direct', ({ events }) => events[0]?.act?.type === 'redact')
    carl.send('/history\n')
    expect(await carl.until(/Ann: stop\n.*Ann: stop\n/s)).not.toMatch(
      /nasty|answers|took back|psst/,
    )
  })
})
