/** What the kernel knows of a connection. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { kernelOf, procOf, readSs } from '../../../server/wire/kernel.ts'
import { testGateway } from '../../support/gateway.ts'
import { which } from '../../support/installed.ts'
import { rawClient } from '../../support/raw.ts'

it('is read from ss', () => {
  const output = `ESTAB 0      12     127.0.0.1:8080 127.0.0.1:51234
	 cubic wscale:7,7 rto:200 rtt:0.041/0.02 ato:40 mss:32768 cwnd:10 bytes_sent:100 retrans:0/3 rcv_space:65483\n`
  expect(readSs(output)).toEqual({
    state: 'ESTAB',
    recvQ: 0,
    sendQ: 12,
    rttMs: 0.041,
    cwnd: 10,
    retransmits: 3,
  })
  expect(readSs('')).toBeUndefined()
})

it.skipIf(which('ss') === undefined)('has both sides of a connection on this machine', async () => {
  const { tcp } = await testGateway()
  const { socket } = await rawClient(tcp.port)
  // `ss` is ended if it takes long.
  await expect
    .poll(() => kernelOf(`127.0.0.1:${tcp.port}`, `127.0.0.1:${socket.localPort}`))
    .toMatchObject({ server: { state: 'ESTAB' }, client: { state: 'ESTAB' } })
})

it.skipIf(process.platform !== 'linux')('has both sides of a connection without ss', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer({ pauseOnConnect: true })
    onTestFinished(() => void server.close())
    await once(server.listen(0, host), 'listening')
    const { port } = server.address() as AddressInfo
    const client = connect(port, host)
    onTestFinished(() => void client.destroy())
    const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')])
    onTestFinished(() => void accepted.destroy())
    await new Promise((written) => client.write('unread', written))
    // The list is read in parts, so a socket may be missing once.
    await expect
      .poll(() => procOf(`${host}:${port}`, `${host}:${client.localPort}`))
      .toMatchObject({
        server: { state: 'ESTAB', recvQ: 6 },
        client: { state: 'ESTAB', cwnd: expect.any(Number) },
      })
  }
  expect(await procOf('127.0.0.1:1', '127.0.0.1:1')).toBeUndefined()
})
