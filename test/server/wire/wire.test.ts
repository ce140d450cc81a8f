/** The wire view of a running server: who sees what, and that it changes nothing for the clients. */
import { describe, expect, it } from 'vitest'
import { showWire } from '../../../server/terminal/client/wire.ts'
import { testGateway } from '../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../support/hosts.ts'
import { pageClient } from '../../support/page.ts'
import { codeOf, greeted, rawClient } from '../../support/raw.ts'
import { Printed, WireClient } from '../../support/wire.ts'

describe('a host', () => {
  it('sees the bytes of each client, from its first one to who closed first', async () => {
    const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY })
    const list = await WireClient.open(webUrl, '', HOST_KEY)
    const { client, name } = await greeted(tcp.port)
    const { number, remote, local } = await list.station(name)
    expect(remote).toBe(`127.0.0.1:${client.socket.localPort}`)
    expect(local).toBe(`127.0.0.1:${tcp.port}`)
    const wire = await WireClient.open(webUrl, `?of=${number}`, HOST_KEY)
    client.send('one\ntwo\n')
    await wire.until('message two (LF, 1)')
    client.socket.end('bye\n')
    await client.untilEnded()
    await wire.until('closed')
    expect(wire.text).toMatch(
      /^write Welcome to Oneroom\. [\s\S]*\nread one\\ntwo\\n\nmessage one \(LF, 1\)\nmessage two/,
    )
    expect(wire.text).toMatch(/write Goodbye, .*\\n\nFIN from the server.*\nFIN from the client/)
    // Also one who looks when it is over.
    const late = await WireClient.open(webUrl, `?of=${number}`, HOST_KEY)
    await late.until('FIN from the client')
  })

  it('sees a reset, and the frames of a page', async () => {
    const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY })
    const list = await WireClient.open(webUrl, '', HOST_KEY)
    const { client, name } = await greeted(tcp.port)
    const page = await pageClient(webUrl)
    const { token } = await page.hello({ name: 'Paula' })
    const raw = await WireClient.open(webUrl, `?of=${(await list.station(name)).number}`, HOST_KEY)
    const { number } = await list.station('Paula')
    const framed = await WireClient.open(webUrl, `?of=${number}`, HOST_KEY)
    client.socket.resetAndDestroy()
    await raw.until('RST from the client')
    page.send({ type: 'say', text: 'Grüße' })
    await framed.until('[text frame, 31 B, masked]')
    await framed.until('Grüße')
    expect(framed.text).toMatch(/read .*\{"type":"hello".* \[text frame, \d+ B, masked\]/)
    expect(framed.text).toContain('"token":"*')
    expect(framed.text).not.toContain(token)
  })

  it('sees no code, no token and no direct message of anybody', async () => {
    const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY, wire: 1000 })
    const { client: ann, name } = await greeted(tcp.port)
    const { client: bob, name: other } = await greeted(tcp.port)
    const code = await codeOf(ann)
    ann.send(`/host ${HOST_KEY}\n/msg ${other} for two only\n`)
    await bob.until('for two only\n')
    bob.send('/reply as you say\n')
    await ann.until('as you say\n')
    ann.send(`/msg ${other}\nthe end\n`)
    await bob.until('the end\n')
    const list = await WireClient.open(webUrl, '', HOST_KEY)
    for (const who of [name, other]) {
      const { number } = await list.station(who)
      const wire = await WireClient.open(webUrl, `?of=${number}`, HOST_KEY)
      await wire.until('the end')
      for (const secret of [code, HOST_KEY, 'for two', 'as you']) {
        expect(wire.text).not.toContain(secret)
      }
      expect(wire.text).toMatch(
        who === name ? /read \/host \*{11}\\n\/msg \*+\\n/ : /read \/reply \*{10}/,
      )
    }
  })

  it('no longer sees it when they are no host any more', async () => {
    const { webUrl, rooms } = await testGateway({ hostKey: HOST_KEY })
    const host = await hostClient(webUrl)
    const { token, you } = await host.next('welcome')
    const wire = await WireClient.open(webUrl, '', token)
    await wire.station('Hana')
    const from = { id: you.id, name: 'x', via: 'server' } as const
    const act = { type: 'unhost', person: { id: you.id, name: 'Hana' } } as const
    await rooms.postTogether(rooms.lobby, [{ kind: 'act', from, text: 'x', act }])
    await wire.ended()
  })
})

describe('oneroom wire', () => {
  it('lists the connections, and shows one of them live', async () => {
    const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY, wire: 1000 })
    const { client, name } = await greeted(tcp.port)
    const flags = { url: webUrl, key: HOST_KEY }
    const list = new Printed()
    void showWire(undefined, flags, list)
    await list.until(`${name} +tcp +127\\.0\\.0\\.1:${client.socket.localPort}\n`)
    const wire = new Printed()
    void showWire(name.toUpperCase(), flags, wire)
    client.send('hello\n')
    await wire.until('-> 6 B "hello\\\\n"\n.* message, ended by LF: hello\n')
    expect(await showWire('nobody', flags, wire)).toMatch(/^No connection of nobody/)
    expect(await showWire(name, { url: webUrl, key: 'wrong-key' }, wire)).toBe('The key is wrong.')
    expect(await showWire(name, { url: webUrl }, wire)).toMatch(/^Give the key/)
    const unreachable = await showWire(name, { url: 'http://127.0.0.1:1/', key: 'x' }, wire)
    expect(unreachable).toMatch(/cannot be reached: .+\.$/)
  })
})

describe('anybody else', () => {
  it('sees their own connections only', async () => {
    const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY })
    const { name } = await greeted(tcp.port)
    const page = await pageClient(webUrl)
    const { token } = await page.hello({ name: 'Paula' })
    const own = await WireClient.open(webUrl, '', token)
    const { number, isOwn } = await own.station('Paula')
    expect(isOwn).toBe(true)
    expect(own.stations).toHaveLength(1)
    const list = await WireClient.open(webUrl, '', HOST_KEY)
    const other = await list.station(name)
    for (const of of [other.number, 999, 'x']) {
      expect((await WireClient.open(webUrl, `?of=${of}`, token)).response.status).toBe(404)
    }
    const wire = await WireClient.open(webUrl, `?of=${number}`, token)
    page.send({ type: 'say', text: 'mine' })
    await wire.until('message {"type":"say","text":"mine"}')
  })

  it('sees nothing without a token, with a wrong one, or from another site', async () => {
    const { webUrl } = await testGateway({ hostKey: HOST_KEY })
    for (const bearer of [undefined, 'abcdefghij.abcdefghijk', 'wrong-key']) {
      const { response } = await WireClient.open(webUrl, '', bearer)
      expect(response.status).toBe(403)
    }
    expect((await WireClient.open(webUrl, '?key=x')).response.status).toBe(403)
    const headers = { authorization: `Bearer ${HOST_KEY}`, origin: 'http://elsewhere.example' }
    expect((await fetch(`${webUrl}/api/wire`, { headers })).status).toBe(403)
  })

  it('sees their wire at the terminal with /wire, and the key that it shows is for the page', async () => {
    const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY })
    const { client } = await greeted(tcp.port)
    client.send('/wire\n')
    await client.until('are kept for 10 minutes')
    client.send('hi there\n/wire\n')
    const text = await client.until(/Live: http\S+\n[\s\S]*Live: http\S+\n/)
    expect(text).toMatch(/ +\+\S+ m?s -> .* "hi.*there\\n\/wire\\n"\n.* message/)
    const [, key] = /\?view=wire#wire=(\S+)/.exec(text) ?? []
    const list = await WireClient.open(webUrl, `?key=${key}`)
    await list.until('')
    const other = await rawClient(tcp.port)
    other.send('/wire someone\n')
    await other.until('! Only a host can do that')
    const [station] = list.stations
    expect(station?.remote).toBe(`127.0.0.1:${client.socket.localPort}`)
    const wire = await WireClient.open(webUrl, `?of=${station?.number}&key=${key}`)
    await wire.until('message hi there')
    expect(wire.text).not.toContain(key)
  })
})
