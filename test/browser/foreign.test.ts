/** Tests that a foreign web page cannot speak in the room through the raw port. */
import { createServer } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { launch } from '../support/chromium.ts'
import { testGateway } from '../support/gateway.ts'
import { greeted } from '../support/raw.ts'
import { it } from '../support/view.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** A page that another server has sent. */
async function foreignPage(): Promise<Page> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>foreign</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const page = await browser.newPage()
  onTestFinished(async () => {
    await page.close()
    server.close()
    server.closeAllConnections()
  })
  await page.goto(`http://127.0.0.1:${(server.address() as { port: number }).port}/`)
  return page
}

/** In the page: makes the browser connect to the port as to an ICE peer over TCP (RFC 6544). */
async function connectByIce({ port, words }: { port: number; words: string }): Promise<void> {
  const peer = new RTCPeerConnection()
  peer.createDataChannel('x')
  await peer.setLocalDescription(await peer.createOffer())
  const { sdp = '' } = peer.localDescription ?? {}
  await peer.setRemoteDescription({
    type: 'answer',
    sdp: sdp
      .replace(/a=ice-ufrag:.*/, `a=ice-ufrag:${words}`)
      .replace(/a=ice-pwd:.*/, `a=ice-pwd:${'p'.repeat(24)}`)
      .replace('a=setup:actpass', 'a=setup:active')
      .replace(/a=candidate:.*\r\n/g, ''),
  })
  await peer.addIceCandidate({
    candidate: `candidate:1 1 tcp 2105458943 127.0.0.1 ${port} typ host tcptype passive`,
    sdpMLineIndex: 0,
  })
}

/** In the page: makes the browser connect to the port as to a TURN server over TCP. */
async function connectByTurn({ port, words }: { port: number; words: string }): Promise<void> {
  const urls = `turn:127.0.0.1:${port}?transport=tcp`
  const peer = new RTCPeerConnection({ iceServers: [{ urls, username: words, credential: 'x' }] })
  peer.createDataChannel('x')
  await peer.setLocalDescription(await peer.createOffer())
}

describe('a foreign page', () => {
  it.each([
    ['ICE', connectByIce],
    ['TURN', connectByTurn],
  ] as const)('that connects by %s is refused, and nothing of it is said', async (_, connect) => {
    const gateway = await testGateway()
    const { client } = await greeted(gateway.tcp.port)
    const page = await foreignPage()
    await page.evaluate(connect, { port: gateway.tcp.port, words: 'said+by+a+foreign+page' })
    await expect.poll(() => gateway.logged.map(({ reason }) => reason)).toContain('refused: stun')
    // The browser connects again for some seconds, and is a member until its first bytes arrive.
    await expect.poll(() => client.send('/who\n').text).toContain('1 here: ')
    expect(client.text).not.toContain('foreign')
  })
})
