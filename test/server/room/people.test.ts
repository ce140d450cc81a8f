/** The names that people get: of those who are lost, and beside those who are there. */
import { describe, expect, test } from 'vitest'
import { type TestGateway, testGateway } from '../../support/gateway.ts'
import { pageClient } from '../../support/page.ts'
import { greeted, type RawClient, rawClient } from '../../support/raw.ts'

const ELSEWHERE = '127.0.0.2'

/** A program that sends JSON over TCP. */
async function bot(
  { tcp }: TestGateway,
  hello: object = { name: 'bot' },
  from?: string,
): Promise<RawClient> {
  const client = await rawClient(tcp.port, from)
  client.send(`${JSON.stringify({ type: 'hello', protocol: 1, ...hello })}\n`)
  await client.until(/"type":"(welcome|error)".*\n/)
  return client
}

/** Its connection breaks, and its place is held. */
async function kill(client: RawClient, { room }: TestGateway): Promise<void> {
  const { held } = room.counts
  client.socket.resetAndDestroy()
  await expect.poll(() => room.counts.held).toBe(held + 1)
}

const tokenOf = (client: RawClient): string => /"token":"([^"]+)"/.exec(client.text)?.[1] ?? ''

describe('the name of a person who is lost', () => {
  test('belongs at once to a program that starts again without its token', async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    await kill(await bot(gateway), gateway)
    const again = await bot(gateway)
    expect(again.text).toContain('"name":"bot"')
    again.send('{"type":"say","text":"here again"}\n')
    await ann.until('bot: here again\n')
    const lines = ann.text.split('\n').filter((line) => line.includes(' bot '))
    expect(lines).toEqual(['* bot joined (program)', '* bot left', '* bot joined (program)'])
    expect(again.text).not.toContain('"left":[{')
    expect(gateway.room.counts).toEqual({ readers: 2, present: 2, held: 0 })
  })

  test('is held for a person from elsewhere', async () => {
    const gateway = await testGateway()
    await kill(await bot(gateway), gateway)
    const stranger = await bot(gateway, { name: 'bot' }, ELSEWHERE)
    expect(stranger.text).toContain('"code":"name_taken"')
    expect(stranger.text).toContain('"suggestion":"bot-2"')
    const { client } = await greeted(gateway.tcp.port, ELSEWHERE)
    await client.send('/name b0t\n').until('! b0t looks like bot, who is here. Try /name b0t-2\n')
    expect(gateway.room.counts.held).toBe(1)
  })

  test('can be taken with /name, also in a form that looks like it', async () => {
    const gateway = await testGateway()
    await kill(await bot(gateway), gateway)
    const { client } = await greeted(gateway.tcp.port)
    client.forget()
    await client.send('/name b0t\n').until('* bot left\nYou are b0t now.\n')
    expect(gateway.room.members.list(9)).toMatchObject([{ name: 'b0t' }])
  })

  test('is free in all rooms', async () => {
    const gateway = await testGateway()
    const ann = await pageClient(gateway.webUrl)
    await ann.hello({ name: 'Ann' })
    ann.send({ type: 'join', room: 'physics' })
    await ann.next('joined')
    const lost = await bot(gateway)
    await lost.send('{"type":"join","room":"physics"}\n').until('"type":"joined"')
    await kill(lost, gateway)
    await bot(gateway)
    for (const room of [undefined, 'physics']) {
      await ann.next('presence', (one) => one.room === room && one.left[0]?.name === 'bot')
    }
    expect(gateway.rooms.opened.map(({ members }) => members.counts)).toEqual([
      { present: 2, held: 0 },
      { present: 1, held: 0 },
    ])
  })

  test('is not free for a person who returns too late: they get the next one', async () => {
    const gateway = await testGateway()
    const lost = await bot(gateway)
    await kill(lost, gateway)
    await bot(gateway)
    const late = await bot(gateway, { token: tokenOf(lost) })
    expect(late.text).toContain('"name":"bot-2"')
  })

  test('stays theirs while they are connected, however little they do', async () => {
    const gateway = await testGateway()
    const lost = await bot(gateway)
    await kill(lost, gateway)
    const back = await bot(gateway, { token: tokenOf(lost), room: 'physics' })
    await back.send('{"type":"leave","room":"physics"}\n').until('"type":"left"')
    back.socket.pause()
    expect((await bot(gateway)).text).toContain('"code":"name_taken"')
    expect(gateway.room.counts.held).toBe(1)
  })

  test('stays theirs until what they sent before is processed', async () => {
    const gateway = await testGateway({ flood: { perSecond: 0.001, burst: 2 } })
    const first = await bot(gateway)
    const [token, say] = [tokenOf(first), '{"type":"say","text":"one"}\n']
    // The second message waits for flood control, and its sender is replaced and lost meanwhile.
    await first.send(`${say}${say}`).until('"text":"one"')
    const second = await bot(gateway, { token, room: 'physics' })
    await first.until('"code":"replaced"')
    first.socket.destroy()
    second.socket.destroy()
    await expect.poll(() => gateway.rooms.opened[1]?.members.counts.held).toBe(1)
    expect((await bot(gateway)).text).toContain('"code":"name_taken"')
  })
})

describe('a hello that takes the suggestion', () => {
  const take = 'suggestion'

  test.each([
    ['bot', 'bot-2'],
    ['b0t', 'b0t-2'],
    ['other', 'other'],
  ])('%s, beside bot, has the name %s', async (name, given) => {
    const gateway = await testGateway()
    await bot(gateway)
    const other = await bot(gateway, { name, take })
    expect(other.text).toContain(`"name":"${given}","via":"json"},"token"`)
  })

  test('has the name itself if only a place of the same network is held', async () => {
    const gateway = await testGateway()
    await kill(await bot(gateway), gateway)
    const stranger = await bot(gateway, { name: 'bot', take }, ELSEWHERE)
    expect(stranger.text).toContain('"you":{"id":"')
    expect(stranger.text).toContain('"name":"bot-2"')
    expect((await bot(gateway, { name: 'bot', take })).text).toContain('"name":"bot",')
  })

  test.each([
    ['name_invalid', 'b:ot', take],
    ['name_taken', 'Server', take],
    ['bad_message', 'bot', 'any'],
  ])('is still rejected with %s for %s', async (code, name, take) => {
    const gateway = await testGateway()
    expect((await bot(gateway, { name, take })).text).toContain(`"code":"${code}"`)
  })
})
