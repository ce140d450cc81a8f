import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pageClient } from '../support/page.ts'
import { serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

describe('a stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s says goodbye to a raw client and a page, waits for no half-sent request, and exits with 0',
    async (signal) => {
      const { server, webUrl, tcpPort } = await serve('--flood', 'off')
      const { client } = await greeted(tcpPort)
      const page = await pageClient(webUrl)
      await page.hello({ name: 'Ann' })
      const half = connect(Number(new URL(webUrl).port), '127.0.0.1')
      onTestFinished(() => {
        half.destroy()
      })
      half.on('error', () => {})
      await new Promise<void>((sent) => half.write('GET / HTTP/1.1\r\nHost: lo', () => sent()))
      // What was received before the signal is still said.
      page.send({ type: 'say', id: 'last', text: 'in flight' })
      await client.until('Ann: in flight\n')
      const began = performance.now()
      server.child.kill(signal)
      expect(await page.untilClosed()).toBe(1001)
      expect(await client.untilEnded()).toMatch(/\* The server is stopping\.\n$/)
      expect(await server.untilExit()).toBe(0)
      expect(performance.now() - began).toBeLessThan(5000)
      expect(server.stderr).not.toMatch(/"level":[56]0/)
    },
  )

  it('ends while others go on talking, and while some do not read', async () => {
    const { server, webUrl, tcpPort } = await serve('--flood', 'off')
    const talker = await pageClient(webUrl)
    await talker.hello({ name: 'Ann' })
    for (let at = 0; at < 240; at += 1) talker.send({ type: 'say', text: 'x'.repeat(4000) })
    await expect.poll(() => talker.events.length).toBe(240)
    for (let at = 0; at < 40; at += 1) {
      const { client: deaf } = await greeted(tcpPort)
      deaf.socket.pause()
      deaf.send('/history 200\n'.repeat(40))
    }
    const talk = setInterval(() => talker.send({ type: 'say', text: 'on and on' }), 2)
    onTestFinished(() => clearInterval(talk))
    await talker.until('on and on')
    const began = performance.now()
    server.child.kill('SIGTERM')
    expect(await talker.untilClosed()).toBe(1001)
    expect(await server.untilExit()).toBe(0)
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('at a second signal is at once', async () => {
    const { server, tcpPort } = await serve()
    // A client that neither reads nor ends keeps the first signal's stop waiting.
    const { client } = await greeted(tcpPort)
    server.child.kill('SIGTERM')
    await client.untilEnded()
    const began = performance.now()
    server.child.kill('SIGTERM')
    expect(await server.untilExit()).toBe(1)
    expect(performance.now() - began).toBeLessThan(1500)
  })
})
