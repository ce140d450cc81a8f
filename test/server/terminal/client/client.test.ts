import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Client } from '../../../../server/terminal/client/client.ts'
import { Conversation } from '../../../../server/terminal/client/conversation.ts'
import type { Shown } from '../../../../server/terminal/editor/style.ts'
import type { ServerMessage } from '../../../../shared/replies.ts'
import { welcome } from '../../../shared/client/fixtures.ts'
import { Waiting } from '../../../support/waiting.ts'

/** A TCP server that the test plays, and a client of it. */
class Pair {
  readonly changes = new Waiting()
  readonly shown: Shown[] = []
  readonly client: Client
  readonly server: Server

  constructor(server: Server, port: number, room: string | undefined) {
    this.server = server
    const onChange = (): void => this.changes.changed()
    this.client = new Client({ host: '127.0.0.1', port }, new Conversation('Ann', 0, room), {
      onMessage: (message) => {
        this.shown.push(message)
        onChange()
      },
      onChange,
    })
    onTestFinished(() => this.client.close())
  }

  /** Accepts the next connection of the client. */
  async accept(...messages: ServerMessage[]): Promise<Socket> {
    const [socket] = (await once(this.server, 'connection')) as [Socket]
    onTestFinished(() => {
      socket.destroy()
    })
    socket.on('error', () => {}).resume()
    for (const message of messages) socket.write(`${JSON.stringify(message)}\n`)
    return socket
  }

  async until(phase: string): Promise<void> {
    const { conversation } = this.client
    await this.changes.until(
      () => conversation.connection.phase === phase,
      () => `the phase ${phase}, not ${conversation.connection.phase}`,
    )
  }

  async shownNext(type: string): Promise<void> {
    await this.changes.until(
      () => this.shown.at(-1)?.type === type,
      () => `a shown ${type}`,
    )
  }
}

/** `room`: the client's; undefined for the lobby. */
async function pair(room?: string): Promise<Pair> {
  const server = createServer()
  onTestFinished(() => {
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new Pair(server, (server.address() as { port: number }).port, room)
}

describe('the client', () => {
  it('does not reconnect while its output is blocked, and then at once', async () => {
    const { client, server, accept, until } = bound(await pair())
    const accepted = accept(welcome())
    client.open()
    const socket = await accepted
    await until('online')
    client.setReading(false)
    let connections = 0
    server.on('connection', () => {
      connections += 1
    })
    socket.resetAndDestroy()
    await until('waiting')
    const { connection } = client.conversation
    const retryAt = connection.phase === 'waiting' ? connection.retryAt : 0
    // The client must not reconnect at this time.
    await expect.poll(() => Date.now()).toBeGreaterThan(retryAt + 100)
    expect(connections).toBe(0)
    const next = accept(welcome({ resumed: { from: 1, to: 0 } }))
    client.setReading(true)
    await next
    await until('online')
  })

  it('ends with the reason that the server gives', async () => {
    const { client, accept, until } = bound(await pair())
    const full = { type: 'error', code: 'room_full', message: 'The room is full.' } as const
    const accepted = accept(full)
    client.open()
    ;(await accepted).end()
    await until('ended')
    expect(client.trouble).toBe('The room is full.')
  })

  it('ends if it cannot enter its room, and does not show the reason twice', async () => {
    const { client, shown, accept, until } = bound(await pair('maths'))
    const fault = { type: 'error', code: 'room_unknown', message: 'No room.' } as const
    const accepted = accept({ ...fault, room: 'maths' })
    client.open()
    await accepted
    await until('ended')
    expect([client.trouble, shown]).toEqual(['No room.', []])
  })

  it('waits for its room after it has been there, if that can help', async () => {
    const { client, accept, shownNext, until } = bound(await pair('maths'))
    const accepted = accept(welcome({ room: 'maths' }))
    client.open()
    const socket = await accepted
    await until('online')
    const fault = { type: 'error', code: 'history_unavailable', message: 'Wait.' } as const
    const next = accept({ ...fault, room: 'maths' })
    socket.resetAndDestroy()
    await next
    await shownNext('error')
    expect(client.conversation.connection.phase).toBe('connecting')
  })

  it('ends if the server rejects its name and suggests no other', async () => {
    const { client, accept, until } = bound(await pair())
    const accepted = accept({ type: 'error', code: 'name_invalid', message: 'No such name.' })
    client.open()
    await accepted
    await until('ended')
    expect(client.trouble).toBe('No such name.')
  })
})

function bound(one: Pair) {
  return {
    client: one.client,
    server: one.server,
    accept: one.accept.bind(one),
    until: one.until.bind(one),
    shown: one.shown,
    shownNext: one.shownNext.bind(one),
  }
}
