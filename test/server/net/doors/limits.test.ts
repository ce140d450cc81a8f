/** Limits by address, over real connections. */
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../../server/config.ts'
import { testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const limited = (config: Partial<Config>) =>
  testGateway({ trust: { networks: [], limitsLocal: true }, ...config })
const once = { perSecond: 0.001, burst: 1 }

describe('above the limit of an address', () => {
  it('a raw connection is rejected with the reason', async () => {
    const { tcp, logged } = await limited({ addressConnections: 2 })
    const [first] = [await greeted(tcp.port), await greeted(tcp.port)]
    const third = await rawClient(tcp.port)
    expect(await third.untilEnded()).toBe(
      '! Your address has too many connections, or opens them too fast. Try again later.\n',
    )
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'rejected connections', code: 'network_full', count: 1 }),
    )
    first.client.socket.destroy()
    await expect.poll(async () => (await rawClient(tcp.port)).until(/Welcome|!/)).toMatch('Welcome')
  })

  it('a WebSocket is closed with the reason', async () => {
    const { webUrl } = await limited({ addressConnections: 1 })
    await (await pageClient(webUrl)).hello()
    const second = await pageClient(webUrl)
    await second.next('error', ({ code }) => code === 'network_full')
    await expect.poll(() => second.closeCode).toBe(4006)
  })

  it('new connections wait for their rate', async () => {
    const { tcp } = await limited({ addressConnects: once })
    const { client } = await greeted(tcp.port)
    client.socket.destroy()
    expect(await (await rawClient(tcp.port)).untilEnded()).toContain('opens them too fast')
  })

  it('names and rooms change at their rate', async () => {
    const { tcp } = await limited({ addressRenames: once, addressJoins: once })
    const { client } = await greeted(tcp.port)
    client.send('/name Ann\n/name Bob\n/join one\n/join two\n')
    await client.until('You are Ann now.\n! Too many requests from you or your address.')
    await client.until(/You are in one now\.[^!]*! Too many requests/)
  })

  it('all connections and /api/say share one rate of messages', async () => {
    const { tcp, webUrl, room } = await limited({ addressMessages: { perSecond: 0.001, burst: 3 } })
    const [{ client: one }, { client: other }] = [await greeted(tcp.port), await greeted(tcp.port)]
    one.send('1\n2\n')
    await other.until(/: 2\n/)
    const say = () => fetch(`${webUrl}/api/say`, { method: 'POST', body: 'from a script' })
    expect((await say()).status).toBe(201)
    const late = await say()
    expect(late.status).toBe(429)
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(500)
    expect(room.log.head()).toBe(3)
  })

  it('wrong codes are rejected unread, and the right one as well', async () => {
    const { webUrl } = await limited({
      code: 'amber-fox',
      addressCodes: { perSecond: 0.01, burst: 2 },
    })
    const client = await pageClient(webUrl)
    for (const code of ['one', 'two', 'amber fox'])
      client.send({ type: 'hello', protocol: 1, code })
    const { message } = await client.next('error', ({ code }) => code === 'too_fast')
    expect(message).toMatch(/^Too many wrong codes\. Wait \d+ seconds\.$/)
    expect(client.messages.map((one) => one.type === 'error' && one.code)).toEqual([
      'code_wrong',
      'code_wrong',
      'too_fast',
    ])
  })

  it('people who gave the code raise the limits, until they leave', async () => {
    const { tcp, rooms } = await limited({ code: 'amber-fox', addressConnections: 2 })
    const inside = await rawClient(tcp.port)
    inside.send('amber fox\n')
    await inside.until(/bye leaves\.\n/)
    const others = [await rawClient(tcp.port), await rawClient(tcp.port), await rawClient(tcp.port)]
    for (const other of others) await other.until('This room needs a code.')
    expect(await (await rawClient(tcp.port)).untilEnded()).toContain('too many connections')
    inside.socket.destroy()
    await expect.poll(() => rooms.doors.networks.of('127.0.0.1').insiders).toBe(0)
  })
})
