/** A client that ends its lines gets its own line back while nobody else is in the room. */
import { describe, expect, it } from 'vitest'
import { testGateway } from '../../../support/gateway.ts'
import { greeted, type RawClient } from '../../../support/raw.ts'

/** What the client receives up to the reply to /who, which comes after everything before it. */
async function settled(client: RawClient): Promise<string> {
  client.send('/who\n')
  const text = await client.until(/\d here: [^\n]*\n/)
  client.forget()
  return text.replace(/^\d here: [^\n]*\n/m, '').replaceAll(/^\[\d\d:\d\d\] /gm, '')
}

describe('a client that ends its lines', () => {
  it('gets each back once while it is alone, and none before others come or after', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    ann.forget()
    expect(await settled(ann.send('hello\n'))).toBe('guest-1: hello\n')
    expect(await settled(ann.send('/me waves\r\n'))).toBe('guest-1 * waves\n')
    expect(await settled(ann.send('/name ann\n'))).toBe('You are ann now.\n')
    expect(await settled(ann.send('\n'))).toBe('')
    const { client: bob } = await greeted(tcp.port)
    await ann.until('* guest-2 joined (terminal)\n')
    ann.forget()
    expect(await settled(ann.send('hello\n'))).toBe('')
    bob.send('/join other\n/msg ann hi\n')
    await ann.until('guest-2 -> ann: hi\n')
    ann.forget()
    expect(await settled(ann.send('/msg guest-2 who is there?\n'))).toBe(
      'ann -> guest-2: who is there?\n',
    )
    expect(await settled(ann.send('alone again\n'))).toBe('ann: alone again\n')
  })

  it('gets none if it is ahead of its answers, as a pipe or a paste is', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    ann.forget()
    expect(await settled(ann.send('line\n'.repeat(40)))).toBe('')
  })

  it('gets none if it is telnet, or does not end its lines and gets its receipt anyway', async () => {
    const { tcp } = await testGateway()
    const { client: telnet } = await greeted(tcp.port)
    telnet.forget()
    telnet.send(Uint8Array.of(255, 241))
    expect(await settled(telnet.send('hello\r\n'))).toBe('')
    telnet.socket.destroy()
    const { client: lockstep } = await greeted(tcp.port)
    lockstep.forget()
    lockstep.send('hello')
    await lockstep.until('guest-2: hello\n')
    expect((await settled(lockstep)).match(/guest-2: hello/g)).toHaveLength(1)
  })
})
