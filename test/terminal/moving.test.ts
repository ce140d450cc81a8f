/** The client against a real server, over a way that loses messages and breaks. */
import { expect, it, onTestFinished } from 'vitest'
import { Client } from '../../server/terminal/client/client.ts'
import { Conversation } from '../../server/terminal/client/conversation.ts'
import type { Shown } from '../../server/terminal/editor/style.ts'
import { everything } from '../support/events.ts'
import { serveInProcess } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { Waiting } from '../support/waiting.ts'
import { wayTo } from '../support/way.ts'

it('says a message once in its room, though its acknowledgement was lost and the person has moved', async () => {
  const served = await serveInProcess()
  const bob = await pageClient(served.webUrl)
  await bob.hello({ name: 'Bob' })
  let isLossy = true
  const { port, break: breakWay } = await wayTo(
    served.tcpPort,
    (line) => isLossy && line.includes('"text":"one"'),
  )
  const changes = new Waiting()
  const shown: Shown[] = []
  const conversation = new Conversation('Ann', 0)
  const client = new Client({ host: '127.0.0.1', port }, conversation, {
    onMessage: (message) => shown.push(message),
    onChange: () => changes.changed(),
  })
  onTestFinished(() => client.close())
  const until = (what: string, condition: () => boolean) => changes.until(condition, () => what)
  client.open()
  await until('online', () => conversation.connection.phase === 'online')
  client.say(['one'])
  await bob.until('one')
  client.move('maths')
  await until('maths', () => conversation.room === 'maths')
  expect(conversation.pending).toHaveLength(1)
  isLossy = false
  breakWay()
  await until('the acknowledgement', () => conversation.pending.length === 0)
  expect(conversation.room).toBe('maths')
  client.say(['two'])
  await until('the second acknowledgement', () => conversation.pending.length === 0)
  // Ann is in maths only.
  await bob.next('presence', ({ left }) => left.some(({ name }) => name === 'Ann'))
  expect((await everything(served.webUrl)).map(({ text }) => text)).toEqual(['one'])
  const texts = shown.flatMap((one) => (one.type === 'events' ? one.events : []))
  expect(texts.map(({ text }) => text)).toEqual(['two'])
})
