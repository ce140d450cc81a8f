import { join } from 'node:path'
import Database from 'libsql'
import { expect, it, onTestFinished } from 'vitest'
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
  const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path)
  expect(files.length).toBeGreaterThanOrEqual(2)
  for (const path of files) {
    const file = await fetch(`${webUrl}${path}`)
    expect(file.status).toBe(200)
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(file.headers.get('content-security-policy')).toBe(POLICY)
  }
})

it('reports its health and the address of the raw port', async () => {
  const { webUrl, tcp } = await testGateway()
  const health = await fetch(`${webUrl}/healthz`)
  expect(await health.json()).toEqual({ status: 'ok' })
  expect(health.headers.get('cache-control')).toBe('no-store')
  const address = await fetch(`${webUrl}/api/address`)
  expect(await address.json()).toEqual({
    tcp: { host: '127.0.0.1', port: tcp.port },
    flood: { perSecond: null, burst: 1 },
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

it('names the address that the client used, when it listens on all addresses', async () => {
  const { webUrl, tcp } = await testGateway({ host: '0.0.0.0', open: true })
  const { port } = new URL(webUrl)
  for (const host of ['127.0.0.1', 'localhost']) {
    const { tcp: address } = await (await fetch(`http://${host}:${port}/api/address`)).json()
    expect(address).toEqual({ host, port: tcp.port })
  }
  const nameless = await rawClient(Number(port))
  nameless.send('GET /api/address HTTP/1.0\r\n\r\n')
  expect(await nameless.untilEnded()).toContain('{"tcp":{"host":"127.0.0.1",')
  const lost = await rawClient(tcp.port)
  lost.send('GET / HTTP/1.1\r\n\r\n')
  expect(await lost.untilEnded()).toContain(`The page is at http://127.0.0.1:${port}\n`)
})

it('returns 404 with the address of the page for an unknown path', async () => {
  const { webUrl } = await testGateway()
  const missing = await fetch(`${webUrl}/chat`)
  expect(missing.status).toBe(404)
  expect(await missing.text()).toBe(`There is nothing here. The page is at ${webUrl}/\n`)
  const outside = await fetch(`${webUrl}/..%2f..%2fpackage.json`)
  expect(outside.status).toBe(404)
})
