import { Server } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { testGateway } from '../support/gateway.ts'
import { greeted } from '../support/raw.ts'

test('a connection that cannot be accepted is logged, and ends neither listener', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen')
  onTestFinished(() => listen.mockRestore())
  const { tcp, webUrl, logged } = await testGateway()
  const servers = listen.mock.contexts as Server[]
  expect(servers).toHaveLength(2)
  // As Node does where accept(2) fails, for want of memory or by a firewall's rule.
  for (const server of servers) server.emit('error', new Error('accept ENOBUFS'))
  await expect.poll(() => logged.filter(({ level }) => level === 50)).toHaveLength(1)
  await greeted(tcp.port)
  expect((await fetch(webUrl)).status).toBe(200)
})
