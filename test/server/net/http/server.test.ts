import { hostname } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { expect, it, onTestFinished } from 'vitest'
import { hostsOf } from '../../../../server/net/reach.ts'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { serve } from '../../../support/program.ts'
import { rawClient } from '../../../support/raw.ts'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

it('serves the page uncached, its hashed files cached for ever, and both with a strict policy', async () => {
  const { webUrl } = await serve()
  const index = await fetch(webUrl)
  const html = await index.text()
  expect(index.status).toBe(200)
  expect(index.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(index.headers.get('cache-control')).toBe('no-cache')
  expect(index.headers.get('content-security-policy')).toBe(POLICY)
  expect(index.headers.get('x-content-type-options')).toBe('nosniff')
  const files = [...html.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path]) => path)
  expect(files.length).toBeGreaterThanOrEqual(2)
  for (const path of files) {
    const file = await fetch(`${webUrl}${path}`)
    expect(file.status).toBe(200)
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(file.headers.get('content-security-policy')).toBe(POLICY)
  }
  for (const [path, root] of [
    ['/r/physics', '..'],
    ['/r/physics/', '../..'],
  ]) {
    const room = await fetch(webUrl + path)
    expect(room.headers.get('cache-control')).toBe('no-cache')
    expect(room.headers.get('content-security-policy')).toBe(POLICY)
    expect(await room.text()).toBe(html.replaceAll('="./', `="${root}/`))
  }
  expect((await fetch(`${webUrl}/r/physics/1/2`)).status).toBe(404)
})

it('reports its health and the address of the raw port', async () => {
  const { webUrl, tcp } = await testGateway()
  const health = await fetch(`${webUrl}/healthz`)
  expect(await health.json()).toEqual({ status: 'ok' })
  expect(health.headers.get('cache-control')).toBe('no-store')
  const address = await fetch(`${webUrl}/api/address`)
  expect(await address.json()).toEqual({
    tcp: { host: '127.0.0.1', port: tcp.port, tls: 'off' },
    flood: { perSecond: null, burst: 1 },
    hosts: [],
  })
})

it('is unhealthy while the log cannot be written, and healthy again after a write', async () => {
  const data = testFolder()
  const { webUrl } = await testGateway({ data })
  const health = async () => {
    const response = await fetch(`${webUrl}/healthz`)
    return { code: response.status, ...(await response.json()) }
  }
  const say = async () => {
    const response = await fetch(`${webUrl}/api/say`, { method: 'POST', body: 'hi' })
    return response.status
  }
  expect(await say()).toBe(201)
  const other = new Database(join(data, 'room.db'))
  onTestFinished(() => {
    other.close()
  })
  // The server may still be storing a seat.
  other.pragma('busy_timeout = 10000')
  other.exec('BEGIN IMMEDIATE')
  expect(await say()).toBe(503)
  expect(await health()).toEqual({
    code: 503,
    status: 'failing',
    message: 'Messages cannot be recorded: the latest write to the log failed.',
  })
  other.exec('COMMIT')
  expect(await say()).toBe(201)
  expect(await health()).toEqual({ code: 200, status: 'ok' })
})

it.each([
  ['HTTP/1.0 without a Host', 'GET /healthz HTTP/1.0\r\n\r\n'],
  ['an empty Host', 'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
])('reports its health to %s', async (_what, request) => {
  const { webUrl } = await testGateway()
  const client = await rawClient(Number(new URL(webUrl).port))
  client.send(request)
  expect(await client.untilEnded()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*{"status":"ok"}$/s)
})

it('names the addresses for other machines to a client on this one, when it listens on all', async () => {
  const { webUrl, tcp } = await testGateway({ host: '0.0.0.0', open: true })
  const { port } = new URL(webUrl)
  const hosts = await hostsOf('0.0.0.0')
  for (const host of ['127.0.0.1', 'localhost', '0.0.0.0']) {
    const here = host === '0.0.0.0' ? '127.0.0.1' : host
    const told = await addressAt(Number(port), host)
    expect(told.tcp).toEqual({ host: hosts[0] ?? here, port: tcp.port, tls: 'off' })
    expect(told.hosts).toEqual(hosts.map((at) => ({ host: at, web: `http://${at}:${port}/` })))
  }
  // Through a proxy on this machine that passes the name on: the name is good for others.
  const proxied = await addressAt(Number(port), `${hostname()}.local`)
  expect(proxied.tcp.host).toBe(`${hostname()}.local`)
  expect(proxied.hosts).toBeUndefined()
  const lost = await rawClient(tcp.port)
  lost.send('GET / HTTP/1.1\r\n\r\n')
  expect(await lost.untilEnded()).toContain(`The page is at http://127.0.0.1:${port}\n`)
})

it('names no address for other machines if they cannot reach it, and only the public one if there is one', async () => {
  const here = await testGateway()
  const { tcp, hosts } = await addressAt(here.webPort, 'localhost')
  expect(tcp.host).toBe('127.0.0.1')
  expect(hosts).toEqual([])
  const publicUrl = new URL('https://chat.example/room/')
  const publicTcp = { host: 'chat.example', port: 8080 }
  const proxied = await testGateway({ host: '0.0.0.0', open: true, publicUrl, publicTcp })
  expect(await addressAt(proxied.webPort, 'localhost')).toMatchObject({
    tcp: publicTcp,
    web: publicUrl.href,
    hosts: [],
  })
})

/** `host`: the name in the request. */
async function addressAt(port: number, host: string) {
  const client = await rawClient(port)
  client.send(`GET /api/address HTTP/1.0\r\nHost: ${host}:${port}\r\n\r\n`)
  return JSON.parse((await client.untilEnded()).split('\r\n\r\n')[1] ?? '')
}

it('returns 404 with the address of the page for an unknown path', async () => {
  const { webUrl } = await testGateway()
  const missing = await fetch(`${webUrl}/chat`)
  expect(missing.status).toBe(404)
  expect(await missing.text()).toBe(`There is nothing here. The page is at ${webUrl}/\n`)
  const outside = await fetch(`${webUrl}/..%2f..%2fpackage.json`)
  expect(outside.status).toBe(404)
})
