/** A gateway with TLS, and one with a single port. */
import { copyFileSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { certificate, openssl } from '../../../support/certificate.ts'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { PageClient, pageClient } from '../../../support/page.ts'
import { LOCAL } from '../../../support/proxied.ts'
import { greeted, RawClient, rawClient } from '../../../support/raw.ts'

type Config = Parameters<typeof testGateway>[0]

/** A gateway with a certificate, and clients that speak TLS with it. */
async function secured(config: Config = {}, files = certificate()) {
  const gateway = await testGateway({ tlsCert: files.cert, tlsKey: files.key, ...config })
  const ca = readFileSync(files.cert)
  const raw = (): RawClient => {
    const { port } = gateway.tcp
    const below = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true })
    const socket = connect({ socket: below, host: '127.0.0.1', ca })
    onTestFinished(() => {
      socket.destroy()
    })
    return new RawClient(socket)
  }
  const get = (path: string, headers = {}) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const url = new URL(path, gateway.webUrl)
      const sent = request(url, { ca, headers, agent: false }, async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk)
        resolve({ status: response.statusCode, text: String(Buffer.concat(chunks)) })
      })
      sent.on('error', reject).end()
    })
  const page = async (origin?: string): Promise<PageClient> => {
    const url = `${gateway.webUrl.replace('http', 'ws')}/ws`
    const socket = new WebSocket(url, 'oneroom.v1', { ca, origin })
    onTestFinished(() => socket.terminate())
    const client = new PageClient(socket)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return client
  }
  return { gateway, files, ca, raw, get, page }
}

describe.skipIf(!openssl)('a server with a certificate', () => {
  it('speaks TLS with raw clients that begin it, and not with others, in one room', async () => {
    const { gateway, raw } = await secured()
    const { client: plain } = await greeted(gateway.tcp.port)
    const hidden = raw()
    await hidden.until('bye leaves.\n')
    await plain.until('* guest-2 joined (terminal)\n')
    hidden.send('from TLS\n/who\n')
    await plain.until('guest-2: from TLS\n')
    await hidden.until('2 here: ')
    plain.send(`${'long '.repeat(800)}\n`)
    await hidden.until('long \n')
    // What a client sends before it ends its side is answered.
    hidden.socket.end('/who\nlast words\n')
    expect(await hidden.untilEnded()).toMatch(/long \n2 here: .*\n$/)
    await plain.until('* guest-2 left\n')
    expect(plain.text).toContain('guest-2: last words\n')
  })

  it('answers the health check of a proxy over TLS, which is no guest', async () => {
    const trustProxy = ['127.0.0.1']
    const { gateway, ca } = await secured({ open: true, trustProxy })
    const below = connectTcp({ port: gateway.tcp.port, host: '127.0.0.1' })
    below.write(LOCAL)
    const check = new RawClient(connect({ socket: below, host: '127.0.0.1', ca }))
    expect(await check.untilEnded()).toBe('')
    expect((check.socket as TLSSocket).authorized).toBe(true)
    expect(gateway.logged.map(({ msg }) => msg)).not.toContain('connected')
  })

  it('redirects to its public address', async () => {
    const publicUrl = new URL('https://chat.example/room/')
    const { gateway } = await secured({ open: true, publicUrl })
    const plain = `${gateway.webUrl.replace('https', 'http')}/room/r/lobby`
    const { headers } = await fetch(plain, { redirect: 'manual' })
    expect(headers.get('location')).toBe('https://chat.example/room/r/lobby')
  })

  it('serves the page and the WebSocket over HTTPS only', async () => {
    const { gateway, get, page } = await secured()
    expect(gateway.webUrl).toMatch(/^https:/)
    expect(await get('/healthz')).toEqual({ status: 200, text: '{"status":"ok"}' })
    const plain = gateway.webUrl.replace('https', 'http')
    const redirected = await fetch(`${plain}/r/lobby?x=1`, { redirect: 'manual' })
    expect([redirected.status, redirected.headers.get('location')]).toEqual([
      307,
      `${gateway.webUrl}/r/lobby?x=1`,
    ])
    expect(await redirected.text()).toBe(`This port speaks HTTPS: ${gateway.webUrl}/r/lobby?x=1\n`)
    await expect(pageClient(plain)).rejects.toThrow('307')
    const nameless = await rawClient(gateway.webPort)
    nameless.send('GET / HTTP/1.0\r\n\r\n')
    expect(await nameless.untilEnded()).toMatch(/^HTTP\/1\.1 400 .*This port speaks HTTPS\.\n$/s)
    const ann = await page(gateway.webUrl)
    expect((await ann.hello({ name: 'Ann' })).you.name).toBe('Ann')
    const address = JSON.parse((await get('/api/address')).text)
    expect(address.tcp).toEqual({ ...gateway.tcp, tls: 'also' })
  })

  it('refuses HTTP on the raw port in TLS as without it', async () => {
    const { gateway, raw } = await secured()
    const client = raw().send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await client.untilEnded()).toContain(`The page is at ${gateway.webUrl}\n`)
    expect(gateway.logged.map(({ reason }) => reason)).toContain('refused: http')
  })

  it('refuses raw clients without TLS with a sentence if it is started with tlsOnly', async () => {
    const { gateway, raw, get } = await secured({ tlsOnly: true })
    const needsTls = '! This port needs TLS, as of ncat --ssl or openssl s_client.\n'
    const [silent, speaks, browser] = await Promise.all(
      [1, 2, 3].map(() => rawClient(gateway.tcp.port)),
    )
    speaks?.send('hello\n')
    browser?.send('GET / HTTP/1.1\r\n\r\n')
    expect(await speaks?.untilEnded()).toBe(needsTls)
    expect(await browser?.untilEnded()).toContain(`The page is at ${gateway.webUrl}\n`)
    expect(await silent?.untilEnded()).toBe(needsTls)
    await raw().until('You are guest-1;')
    expect(JSON.parse((await get('/api/address')).text).tcp.tls).toBe('only')
  })

  it('takes a new certificate for new connections when its files change, and cuts none', async () => {
    const { gateway, files, raw } = await secured()
    const before = raw()
    await before.until('bye leaves.\n')
    const serial = (client: RawClient) => (client.socket as TLSSocket).getPeerX509Certificate()
    const next = certificate()
    copyFileSync(next.cert, files.cert)
    // The certificate and the key do not fit each other: the earlier pair stays.
    await gateway.reloadCertificate()
    expect(gateway.logged.map(({ msg }) => msg)).toContainEqual(
      expect.stringContaining('is not the key of the certificate'),
    )
    await raw().until('bye leaves.\n')
    copyFileSync(next.key, files.key)
    await expect
      .poll(() => gateway.logged.map(({ msg }) => msg))
      .toContain('the certificate was replaced')
    const ca = readFileSync(next.cert)
    const after = new RawClient(connect({ port: gateway.tcp.port, host: '127.0.0.1', ca }))
    await after.until('bye leaves.\n')
    expect(serial(after)?.serialNumber).not.toBe(serial(before)?.serialNumber)
    after.send('new\n')
    await before.until(': new\n')
    after.socket.destroy()
  })

  it('says what is wrong with its certificate, and does not start with another key', async () => {
    const files = certificate({ names: 'DNS:chat.example', isExpired: true })
    const { gateway } = await secured({}, files)
    expect(gateway.certificateFaults).toEqual([
      expect.stringMatching(/^The certificate has expired/),
      expect.stringMatching(/^The certificate is for chat\.example, and not for 127\.0\.0\.1/),
    ])
    const named = await secured({ allowHost: ['chat.example'] }, files)
    expect(named.gateway.webUrl).toMatch(/^https:\/\/chat\.example:\d+$/)
    await expect(secured({}, { cert: files.cert, key: certificate().key })).rejects.toThrow(
      'is not the key of the certificate',
    )
    await expect(secured({}, { ...files, cert: testFolder() })).rejects.toThrow('cannot be read')
  })

  it.each([[{}], [{ port: 0 }]])('knows the client of a proxy under TLS: %j', async (config) => {
    const { gateway, files } = await secured({ trustProxy: ['127.0.0.1'], open: true, ...config })
    const below = connectTcp({ port: gateway.tcp.port, host: '127.0.0.1' })
    below.write('PROXY TCP4 203.0.113.7 127.0.0.1 4711 8080\r\n')
    const ca = readFileSync(files.cert)
    const client = new RawClient(connect({ socket: below, host: '127.0.0.1', ca }))
    onTestFinished(() => {
      below.destroy()
    })
    client.send('hello\n')
    await client.until('bye leaves.\n')
    expect(gateway.logged.map(({ remote }) => remote)).toContain('203.0.113.7:4711')
  })

  it('stops while handshakes are under way, and says goodbye over TLS', async () => {
    const { gateway, raw, page } = await secured()
    const client = raw()
    await client.until('bye leaves.\n')
    const ann = await page()
    await ann.hello({ name: 'Ann' })
    for (const port of [gateway.tcp.port, gateway.webPort]) {
      ;(await rawClient(port)).send(Buffer.from('1603010200010001fc0303', 'hex'))
      await rawClient(port)
    }
    await gateway.close()
    expect(await client.untilEnded()).toMatch(/\* The server is stopping\.\n$/)
    expect(await ann.untilClosed()).toBe(1001)
  })
})

describe('a server with one port', () => {
  it('serves raw clients, the page and the WebSocket, each by its first bytes', async () => {
    const gateway = await testGateway({ port: 0 })
    expect(gateway.tcp.port).toBe(gateway.webPort)
    const began = performance.now()
    const silent = await rawClient(gateway.tcp.port)
    const ann = await pageClient(gateway.webUrl)
    await ann.hello({ name: 'Ann' })
    const { tcp } = await (await fetch(`${gateway.webUrl}/api/address`)).json()
    expect(tcp.port).toBe(gateway.webPort)
    // One that speaks first does not wait for a greeting.
    const speaks = await rawClient(gateway.tcp.port)
    speaks.send('hello\n')
    await ann.until('hello')
    // Unless the machine was as slow as the silence is long.
    if (performance.now() - began < 2000) expect(silent.text).toBe('')
    await silent.until('bye leaves.\n')
    silent.send('slow\n')
    await speaks.until(': slow\n')
    const tls = await rawClient(gateway.tcp.port)
    tls.send(Buffer.from('16030100f8010000f40303', 'hex'))
    await tls.untilEnded()
    expect(gateway.logged.map(({ reason }) => reason)).toContain('refused: tls')
  })

  it('leaves nothing open after a stop, whatever has been begun', async () => {
    const { tcp, webUrl, close } = await testGateway({ port: 0 })
    const begun = ['', 'HEL', 'GET / HTT', 'GET / HTTP/1.1\r\nHost: lo', 'POST /x HTTP/1.1\r\n']
    const clients = await Promise.all(begun.map(() => rawClient(tcp.port)))
    for (const [at, text] of begun.entries()) clients[at]?.send(text)
    const chat = await rawClient(tcp.port)
    chat.send('hello\n')
    await chat.until('bye leaves.\n')
    const ann = await pageClient(webUrl)
    await ann.hello({ name: 'Ann' })
    await close()
    for (const client of clients) await client.untilEnded()
    expect(await chat.untilEnded()).toMatch(/\* The server is stopping\.\n$/)
    expect(await ann.untilClosed()).toBe(1001)
  })

  it.skipIf(!openssl)('speaks TLS there, too', async () => {
    const { gateway, raw, get, page } = await secured({ port: 0 })
    const ann = await page(gateway.webUrl)
    await ann.hello({ name: 'Ann' })
    raw().send('over TLS\n')
    await ann.until('over TLS')
    const plain = await rawClient(gateway.tcp.port)
    plain.send('plain\n')
    await ann.until('plain')
    expect((await get('/healthz')).status).toBe(200)
    const redirected = await fetch(gateway.webUrl.replace('https', 'http'), { redirect: 'manual' })
    expect(redirected.status).toBe(307)
    await raw().until('bye leaves.\n')
  })
})
