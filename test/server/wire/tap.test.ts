/** Listening at a socket: what it hears, and that nothing is left of it afterwards. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../server/clock.ts'
import type { Heard } from '../../../server/wire/carrier.ts'
import { listenAt } from '../../../server/wire/tap.ts'

/** Two ends of a connection, which reads nothing until it is told to. */
async function pair(): Promise<{ here: Socket; there: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const there = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [here] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => {
    there.destroy()
    here.destroy()
    server.close()
  })
  return { here, there }
}

const words = (heard: Heard): string => {
  if (heard.type === 'read') return `read ${heard.bytes}`
  return heard.type === 'write' ? `write ${Buffer.concat(heard.pieces)}` : heard.type
}

it('hears each read, and each write as the system call that it is', async () => {
  const { here, there } = await pair()
  const heard: string[] = []
  listenAt(here, systemClock, (one) => heard.push(words(one)))
  let text = ''
  here.on('data', (chunk) => {
    text += chunk
  })
  here.resume()
  there.resume()
  there.write('hi')
  await once(here, 'data')
  here.cork()
  here.write('one ')
  here.write(Buffer.from('two'))
  here.write('')
  here.uncork()
  here.write('three', 'utf8')
  const [received] = await once(there, 'data')
  there.end()
  await once(here, 'end')
  here.end()
  await once(here, 'close')
  expect(text).toBe('hi')
  expect(String(received)).toMatch(/^one two/)
  expect(heard).toEqual([
    'read hi',
    'write one two',
    'write three',
    'client ended',
    'server ended',
    'closed',
  ])
})

it('leaves a socket as it was', async () => {
  const { here } = await pair()
  const listeners = () => here.eventNames().map((name) => here.listenerCount(name))
  const before = { keys: Object.keys(here), listeners: listeners() }
  const { stop } = listenAt(here, systemClock, () => {})
  expect(Object.keys(here)).not.toEqual(before.keys)
  stop()
  expect({ keys: Object.keys(here), listeners: listeners() }).toEqual(before)
})
