/** A connection that never reads does not slow down the others, and loses nothing when it resumes. */
import { expect, test } from 'vitest'
import { testGateway } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { codeOf, greeted, type RawClient } from '../support/raw.ts'

/** Together more bytes than the kernel buffers for a connection that does not read. */
const MESSAGES = 8000
const FILLING = 'x'.repeat(3000)

/** Resolves when the client has received the last message. Each chunk is searched once, because there are megabytes. */
function lastMessage({ socket }: RawClient): Promise<void> {
  const last = `: ${MESSAGES}. x`
  let end = ''
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      const text = end + chunk.toString('latin1')
      if (text.includes(last)) resolve()
      end = text.slice(-last.length)
    })
  })
}

test('a connection that never reads is closed, resumes with /resume, and receives all that it missed', async () => {
  const gateway = await testGateway({}, { stalledMs: 5000 })
  const { client: stuck } = await greeted(gateway.tcp.port)
  const code = await codeOf(stuck)
  stuck.socket.pause()
  const { client: reader } = await greeted(gateway.tcp.port)
  const readByOther = lastMessage(reader)
  const page = await pageClient(gateway.webUrl)
  await page.hello()

  const before = process.memoryUsage().rss
  for (let at = 1; at <= MESSAGES; at += 1) {
    page.send({ type: 'say', text: `${at}. ${FILLING}` })
    if (at % 200 === 0) await page.until(`${at}. ${FILLING}`)
  }
  await readByOther
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)

  await expect.poll(() => gateway.logged.find(({ reason }) => reason === 'too_slow')).toBeDefined()
  stuck.socket.destroy()

  const { client: back } = await greeted(gateway.tcp.port)
  const readBack = lastMessage(back)
  back.send(`/resume ${code}\n`)
  await back.until('What you missed:')
  await readBack
  const text = back.text.slice(back.text.indexOf('What you missed:'))
  const numbers = [...text.matchAll(/: (\d+)\. x/g)].map(([, number]) => Number(number))
  expect(numbers).toEqual(Array.from({ length: MESSAGES }, (_, at) => at + 1))
})
