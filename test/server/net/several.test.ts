/** Messages of several lines, on their way through a gateway. */
import { expect, it } from 'vitest'
import { everything } from '../../support/events.ts'
import { testGateway } from '../../support/gateway.ts'
import { HOST_KEY } from '../../support/hosts.ts'
import { pageClient } from '../../support/page.ts'
import { greeted } from '../../support/raw.ts'

const CODE = 'def f(x):\n    return x'

it('is one event for all, one block for terminals, and is found by its words', async () => {
  const { webUrl, tcp } = await testGateway()
  const { client: bob } = await greeted(tcp.port)
  const ann = await pageClient(webUrl)
  const { limits } = await ann.hello({ name: 'ann' })
  expect(limits.textLines).toBe(100)
  ann.send({ type: 'say', id: '1', text: `\n${CODE.replace('\n', '\r\n')}\n\n` })
  expect(await ann.until(CODE)).toMatchObject({ seq: 1, id: '1' })
  await bob.until(/\] ann: def f\(x\):\n {10}\| {5}return x\n/)
  bob.send('/search return\n')
  await bob.until(/1 found for return\n.*\n.*ann: def f\(x\):\n {10}\| {5}return x\n/)
  ann.send({ type: 'say', id: '2', text: 'x\n'.repeat(101) })
  expect(await ann.next('error')).toMatchObject({ code: 'text_too_long', id: '2' })
})

it('is sent by /paste, also if the input ends before the dot, and counts once', async () => {
  const { webUrl, tcp } = await testGateway({ flood: { perSecond: 0.001, burst: 3 } })
  const ann = await pageClient(webUrl)
  await ann.hello({ name: 'ann' })
  const { client: bob } = await greeted(tcp.port)
  const many = Array.from({ length: 90 }, (_, at) => `line ${at}`).join('\n')
  bob.send(`/paste\n${many}\n.\n`)
  await bob.until('one message. A line with only a dot')
  await ann.until(many)
  bob.socket.end('/paste\none\n/quit')
  await ann.until('one\n/quit')
  expect(await everything(webUrl)).toHaveLength(2)
})

it('cannot hide the key of the hosts in one of its lines', async () => {
  const { webUrl } = await testGateway({ hostKey: HOST_KEY })
  const ann = await pageClient(webUrl)
  await ann.hello({ name: 'ann' })
  ann.send({ type: 'say', text: `look:\n/host ${HOST_KEY}` })
  expect(await ann.next('error')).toMatchObject({ code: 'key_said' })
})
