/** What systemd passes to a server. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { descriptorOf } from '../../../server/net/raw/socket.ts'
import { socketsFault, socketsOfSystemd } from '../../../server/net/systemd.ts'
import { testFolder } from '../../support/folder.ts'

describe('the sockets of systemd', () => {
  const sockets = (env: NodeJS.ProcessEnv) => socketsOfSystemd(env, 42)

  it('are known by their names, from descriptor 3 on', () => {
    const all = { LISTEN_PID: '42', LISTEN_FDS: '2', LISTEN_FDNAMES: 'web:tcp' }
    expect(sockets(all)).toEqual({ web: { fd: 3 }, tcp: { fd: 4 } })
    expect(sockets({ ...all, LISTEN_FDS: '1' })).toEqual({ web: { fd: 3 } })
    expect(sockets({ ...all, LISTEN_FDNAMES: 'web:web' })).toMatch(/^The socket 2 of systemd/)
    expect(sockets({ ...all, LISTEN_FDNAMES: undefined })).toMatch(/^The socket 1 of systemd/)
  })

  it('are left to the process that they are for', () => {
    expect(sockets({ LISTEN_PID: '41', LISTEN_FDS: '1', LISTEN_FDNAMES: 'web' })).toEqual({})
    expect(sockets({})).toEqual({})
  })

  it('are refused with a sentence if they are of no use', async () => {
    const [unix, tcp] = [createServer(), createServer()]
    unix.listen(join(testFolder(), 'web.sock'))
    tcp.listen(0, '127.0.0.1')
    await Promise.all([once(unix, 'listening'), once(tcp, 'listening')])
    const [path, port] = [{ fd: descriptorOf(unix) }, { fd: descriptorOf(tcp) }]
    expect(socketsFault({ web: path }, false)).toMatch(/^The socket web of systemd is a path: /)
    expect(socketsFault({ tcp: port }, true)).toMatch(/^With --port, /)
    expect(socketsFault({ web: port, tcp: port }, false)).toBe(undefined)
    unix.close()
    tcp.close()
  })
})
