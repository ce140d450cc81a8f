import { describe, expect, it } from 'vitest'
import type { ServerMessage, Welcome } from '../../../../shared/replies.ts'
import { testGateway } from '../../../support/gateway.ts'
import { greeted, type RawClient, rawClient } from '../../../support/raw.ts'

const messages = (client: RawClient): ServerMessage[] =>
  client.text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))

const object = (message: object): string => `${JSON.stringify(message)}\n`
const hello = (fields: object = {}): string => object({ type: 'hello', protocol: 1, ...fields })

async function program(port: number, fields: object = {}) {
  const client = await rawClient(port)
  client.send(hello(fields))
  await client.until(/"type":"welcome".*\n/)
  return { client, welcome: messages(client)[0] as Welcome }
}

describe('a raw connection whose first line is a hello object', () => {
  it('uses JSON from then on, gets no greeting in lines, and has the via json', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bot, welcome } = await program(tcp.port, { name: 'bot', history: 5 })
    expect(welcome.you).toMatchObject({ name: 'bot', via: 'json' })
    expect(bot.text).toMatch(/^\{"type":"welcome"/)
    await ann.until('* bot joined (program)\n')
    expect(ann.text).not.toContain('guest-2')
    bot.send(object({ type: 'say', id: 'one', text: '/who is here?' }))
    await ann.until('bot: /who is here?\n')
    await bot.until('"id":"one"')
    ann.send('me\n')
    await bot.until('"text":"me"')
    bot.send(object({ type: 'bye' }))
    await ann.until('* bot left\n')
  })

  it('may send the object in pieces, and may end its messages with a pause', async () => {
    const { tcp } = await testGateway()
    const client = await rawClient(tcp.port)
    const [start, end] = [hello().slice(0, 10), hello().slice(10).trimEnd()]
    client.send(start)
    await new Promise((resolve) => setImmediate(resolve))
    client.send(end)
    await client.until(/^\{"type":"welcome".*\n/)
    client.send('{"type":"say","text":"no newline"}')
    await client.until('"text":"no newline"')
  })

  it('may send empty lines before it, and its fields in any order', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const client = await rawClient(tcp.port)
    client.send('\n \r\n{"protocol":1,"name":"bot","token":"secret","type":"hello"}\n')
    await client.until(/^\{"type":"welcome".*"name":"bot"/m)
    await ann.until('* bot joined (program)\n')
    expect(ann.text).not.toContain('secret')
  })

  it('leaves as a guest if it was greeted before', async () => {
    const { tcp, room } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: slow } = await greeted(tcp.port)
    await ann.until('* guest-2 joined (terminal)\n')
    slow.send(hello({ name: 'slow' }))
    await slow.until('"type":"welcome"')
    await ann.until('* slow joined (program)\n')
    await ann.until('* guest-2 left\n')
    expect(messages(slow)[0]?.type).toBe('welcome')
    expect(room.members.size).toBe(2)
    ann.send('hi\n')
    await slow.until('"text":"hi"')
  })

  it('gets the same error codes as a WebSocket, and stays open', async () => {
    const { tcp } = await testGateway()
    await program(tcp.port, { name: 'bot' })
    const client = await rawClient(tcp.port)
    client.send(hello({ name: 'bot' }))
    await client.until('"code":"name_taken"')
    client.send(object({ type: 'say', text: 'x' }))
    await client.until('"code":"hello_first"')
    client
      .send(hello({ name: 'bot-2' }))
      .send('{"type":\n')
      .send(object({ type: 'dance' }))
    client.send(object({ type: 'say', text: 'x'.repeat(5000) }))
    client.send(object({ type: 'say', text: 'x'.repeat(20_000) }))
    client.send(hello())
    await client.until('"code":"hello_twice"')
    const codes = messages(client).flatMap((one) => (one.type === 'error' ? [one.code] : []))
    expect(codes).toEqual([
      'name_taken',
      'hello_first',
      'bad_json',
      'unknown_type',
      'text_too_long',
      'line_too_long',
      'hello_twice',
    ])
  })

  it('keeps its place after a lost connection, and receives the events that it missed', async () => {
    const { tcp } = await testGateway({}, { absenceMs: 60_000 })
    const { client: ann } = await greeted(tcp.port)
    const { client: bot, welcome } = await program(tcp.port, { name: 'bot' })
    await ann.until('* bot joined (program)\n')
    bot.socket.end()
    await bot.untilEnded()
    ann.send('while you were away\n/who\n')
    await ann.until('2 here: guest-1 (terminal), bot (program)\n')
    const { token, epoch, head: seq } = welcome
    const { client: back, welcome: again } = await program(tcp.port, { token, epoch, seq })
    expect(again).toMatchObject({ you: welcome.you, resumed: { from: 1, to: 1 }, reset: null })
    await back.until('"text":"while you were away"')
    expect(ann.text).not.toContain('bot left')
  })

  it('is the only way to change to JSON, and a hello is never broadcast', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    bob.send('hello\n').send(hello({ token: 'secret' }))
    await bob.until('! Not sent: a hello object.')
    const { client: eve } = await greeted(tcp.port)
    eve.send(`{'type': 'hello', 'token': 'secret'}\n`)
    await eve.until('! Not sent: a hello object.')
    eve.send('{"protocol":1,"token":"secret","type":"hello"}\n')
    await eve.until(/(! Not sent: a hello (.|\n)*){2}/)
    eve.send('{"a":1}\n')
    await ann.until('guest-3: {"a":1}\n')
    expect(ann.text).not.toContain('secret')
  })
})
