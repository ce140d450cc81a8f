import { describe, expect, it } from 'vitest'
import { reclaimMemory } from '../../../../server/heap.ts'
import { testGateway } from '../../../support/gateway.ts'
import { greeted, type RawClient, rawClient } from '../../../support/raw.ts'

const [IAC, SE, IP, AYT, SB, WILL, WONT, DO, DONT] = [255, 240, 244, 246, 250, 251, 252, 253, 254]
const [TIMING_MARK, TERMINAL_TYPE, WINDOW_SIZE] = [6, 24, 31]

const bytes = (client: RawClient) => Buffer.concat(client.chunks)

/** A client that negotiates at once, as PuTTY does, in a window of so many columns. */
async function telnetClient(port: number, columns: number, terminal: string): Promise<RawClient> {
  const client = await rawClient(port)
  client.send(
    Buffer.from([
      ...[IAC, WILL, WINDOW_SIZE, IAC, WILL, TERMINAL_TYPE, IAC, DO, 3, IAC, WILL, 3],
      ...[IAC, SB, WINDOW_SIZE, 0, columns, 0, 24, IAC, SE],
      ...[IAC, SB, TERMINAL_TYPE, 0, ...Buffer.from(terminal), IAC, SE],
    ]),
  )
  await client.until('bye leaves.\r\n')
  return client
}

describe('a telnet client', () => {
  it('that negotiates before the greeting has the via telnet, and gets replies to its offers', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const telnet = await telnetClient(tcp.port, 80, 'dumb')
    await ann.until('* guest-2 joined (telnet)\n')
    expect([...bytes(telnet).subarray(0, 18)]).toEqual([
      ...[IAC, DO, WINDOW_SIZE, IAC, DO, TERMINAL_TYPE, IAC, SB, TERMINAL_TYPE, 1, IAC, SE],
      ...[IAC, WONT, 3, IAC, DONT, 3],
    ])
  })

  it('receives lines that end with CR LF, from its first command on', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: telnet } = await greeted(tcp.port)
    expect(telnet.text).not.toContain('\r')
    telnet.send(Buffer.from([IAC, AYT])).send('hello\r\n')
    await ann.until('guest-2: hello\n')
    ann.send('hi\n')
    await telnet.until('[Yes]\r\n')
    await telnet.until('guest-1: hi\r\n')
    expect(ann.text).not.toContain('\r')
  })

  it('gets a reply to Ctrl-C, and once the advice how to leave', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: telnet } = await greeted(tcp.port)
    for (const word of ['one', 'two']) {
      telnet.send(Buffer.from([IAC, IP, IAC, DO, TIMING_MARK])).send(`${word}\r\n`)
      await ann.until(`guest-2: ${word}\n`)
    }
    ann.send('hi\n')
    await telnet.until('guest-1: hi\r\n')
    expect(bytes(telnet).includes(Buffer.from([IAC, WONT, TIMING_MARK]))).toBe(true)
    expect(telnet.text.match(/Ctrl-C does nothing/g)).toHaveLength(1)
    expect(ann.text).not.toMatch(/Ctrl-C|\ufffd/)
  })

  it('gets colours if its terminal has them, and can turn them off', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const xterm = await telnetClient(tcp.port, 80, 'XTERM')
    const dumb = await telnetClient(tcp.port, 80, 'DUMB')
    ann.send('hi\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequence is the point
    await xterm.until(/\] \u001b\[38;5;\d+mguest-1\u001b\[39m: hi\r\n/)
    await dumb.until('] guest-1: hi\r\n')
    xterm.send('/color off\r\n')
    await xterm.until('/color is off now.\r\n')
    ann.send('again\n')
    await xterm.until('] guest-1: again\r\n')
    expect(ann.text).not.toContain('\u001b')
  })

  it('gets /help and /who wrapped to its window, and messages unwrapped', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const telnet = await telnetClient(tcp.port, 40, 'DUMB')
    ann.send(`${'long '.repeat(30)}\n`)
    await telnet.until(/long \r\n/)
    const before = telnet.text.length
    telnet.send('/who\r\n/help\r\n')
    await telnet.until('Leave the chat.')
    const rows = telnet.text.slice(before).split('\r\n')
    expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(40)
    expect(rows.length).toBeGreaterThan(20)
  })

  it('leaves when it sends End of File, as plink does without a FIN', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const telnet = await telnetClient(tcp.port, 80, 'DUMB')
    telnet
      .send('last words\r\n')
      .send(Buffer.from([IAC, 236]))
      .send('not said\r\n')
    await telnet.untilEnded()
    await ann.until('guest-2: last words\n')
    await ann.until('* guest-2 left\n')
    expect(ann.text).not.toContain('not said')
  })

  it('that never reads gets no unlimited replies', async () => {
    const { tcp, room } = await testGateway()
    const { client: telnet } = await greeted(tcp.port)
    telnet.socket.pause()
    reclaimMemory()
    const before = process.memoryUsage().arrayBuffers
    const marks = Buffer.alloc(3 * 100_000, Buffer.from([IAC, DO, TIMING_MARK]))
    for (let at = 0; at < 40; at += 1) {
      await new Promise<void>((resolve) => telnet.socket.write(marks, () => resolve()))
    }
    // V8 frees the memory of collected buffers on another thread, some time after the collection.
    const kept = (): number => {
      reclaimMemory()
      return process.memoryUsage().arrayBuffers - before
    }
    await expect.poll(kept).toBeLessThan(8_000_000)
    expect(room.members.size).toBe(1)
  })
})
