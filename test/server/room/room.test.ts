/** A stop of the room: all messages are committed before the log is closed. */
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { testGateway } from '../../support/gateway.ts'
import { greeted } from '../../support/raw.ts'

test('a stop commits all waiting messages, also those of a lost connection', async () => {
  const { room, tcp, logged, close } = await testGateway()
  const calls: string[] = []
  const { log } = room
  const append = log.append.bind(log)
  let release = (): void => {}
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  log.append = async (drafts) => {
    await slow
    calls.push(...drafts.map(({ text }) => text))
    return append(drafts)
  }
  log.close = async () => {
    calls.push('closed')
  }
  const { client } = await greeted(tcp.port)
  // The first waits for the disk, the second for the first.
  for (const text of ['one\n', 'two\n']) {
    const received = room.tally.bytesIn
    client.send(text)
    await expect.poll(() => room.tally.bytesIn).toBe(received + text.length)
    await nextTurn()
  }
  client.socket.resetAndDestroy()
  await expect.poll(() => logged.some(({ msg }) => msg === 'left')).toBe(true)
  const closed = close()
  const isListening = () =>
    new Promise((resolve) => {
      const socket = connect(tcp.port, tcp.host)
      socket
        .on('connect', () => resolve(Boolean(socket.destroy())))
        .on('error', () => resolve(false))
    })
  await expect.poll(isListening).toBe(false)
  await nextTurn()
  expect(calls).toEqual([])
  release()
  await closed
  expect(calls).toEqual(['one', 'two', 'closed'])
})
