/** A connection: open, closing, closed, with a real room and a transport of the test. */
import { pino } from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../../../server/clock.ts'
import { memoryStore } from '../../../../server/log/memory.ts'
import { Connection } from '../../../../server/net/connection/connection.ts'
import { Connections } from '../../../../server/net/connection/connections.ts'
import type { Arrived, Input } from '../../../../server/net/connection/input.ts'
import type { Transport } from '../../../../server/net/connection/transport.ts'
import type { Clock } from '../../../../server/room/clock.ts'
import type { Doors } from '../../../../server/room/doors/doors.ts'
import type { Part } from '../../../../server/room/encoded.ts'
import type { Rate } from '../../../../server/room/rate.ts'
import type { Dialect } from '../../../../shared/dialect/dialect.ts'
import { jsonDialect } from '../../../../shared/dialect/json.ts'
import { lineDialect } from '../../../../shared/dialect/line.ts'
import { LINE_HELLO } from '../../../../shared/dialect/typed.ts'
import { manualClock } from '../../../support/clock.ts'
import { testDoors, testNetwork, testRooms } from '../../../support/rooms.ts'
import { HANGING_MS } from '../../../support/waiting.ts'

const HELLO: Arrived = { type: 'request', request: { type: 'hello', protocol: 1 } }
const say = (text: string): Arrived => ({ type: 'request', request: { type: 'say', text } })

class TestTransport implements Transport, Input {
  readonly steps: Arrived[] = []
  readonly lines: string[] = []
  readonly calls: string[] = []
  next(): Arrived | undefined {
    return this.steps.shift()
  }
  write(parts: readonly Part[], _done: () => void): boolean {
    for (const { encoded, omit } of parts) {
      this.lines.push(
        ...encoded.units.filter((_, at) => !omit.includes(at)).map(({ text }) => text),
      )
    }
    return true
  }
  listen(): void {}
  pause(): void {}
  end(code: number): void {
    this.calls.push(`end ${code}`)
  }
  destroy(): void {
    this.calls.push('destroy')
  }
}

type Opened = { transport: TestTransport; receive: (...steps: Arrived[]) => void }

/** The code of the person for /resume. */
async function codeOf({ transport, receive }: Opened): Promise<string> {
  receive({ type: 'request', request: { type: 'show_code' } })
  const found = () => /\/resume (\S+) takes/.exec(transport.lines.join('\n'))?.[1]
  await vi.waitFor(() => expect(found()).toBeDefined(), HANGING_MS)
  return found() ?? ''
}

type Options = { flood?: Rate; helloMs?: number; clock?: Clock; doors?: Doors }

async function server({ flood, helloMs = 10_000, clock = systemClock, doors }: Options = {}) {
  const logged: { msg: string; reason?: string }[] = []
  const log = pino({}, { write: (line) => logged.push(JSON.parse(line)) })
  const store = memoryStore()
  const onBug = vi.fn()
  const onLogFault = () => {}
  const guarded = doors === undefined ? {} : { doors }
  const rooms = await testRooms({ store, clock, absenceMs: 60_000, onLogFault, onBug, ...guarded })
  const limits = { max: 10, stalledMs: 30_000, helloMs, onCrowdGone: () => {} }
  const connections = new Connections({ log, clock, ...limits })
  onTestFinished(() => connections.closeAll('shutdown'))
  const open = (dialect: Dialect = lineDialect) => {
    const transport = new TestTransport()
    const options = { rooms, connections, flood: flood ?? { perSecond: Infinity, burst: 1 } }
    const start = { dialect, via: 'tcp', remote: 'test', source: testNetwork } as const
    const connection = new Connection(options, transport, transport, start)
    onTestFinished(() => connection.gone('the test is over'))
    const receive = (...steps: Arrived[]): void => {
      transport.steps.push(...steps)
      connection.received()
    }
    return { transport, connection, receive }
  }
  const room = rooms.lobby
  return { room, roomLog: room.log, store, connections, logged, onBug, open }
}

describe('a connection', () => {
  test('that leaves while its member types broadcasts that it has stopped', async () => {
    const { room, open } = await server()
    const [ann, bob] = [open(jsonDialect), open(jsonDialect)]
    ann.receive(HELLO)
    bob.receive(HELLO, { type: 'request', request: { type: 'typing', on: true } })
    await vi.waitFor(() => expect(ann.transport.lines.join()).toContain('"on":true'), HANGING_MS)
    bob.receive({ type: 'request', request: { type: 'bye' } })
    await vi.waitFor(() => expect(room.members.size).toBe(1), HANGING_MS)
    await vi.waitFor(() => expect(ann.transport.lines.at(-1)).toContain('"on":false'), HANGING_MS)
  })

  test('that resumes as another person leaves after its messages are in the log', async () => {
    const { open } = await server()
    const [ann, bob, eve] = [open(), open(), open()]
    for (const { receive } of [ann, bob, eve]) receive(HELLO)
    await vi.waitFor(() => expect(eve.transport.lines[2]).toContain('/resume'), HANGING_MS)
    const code = await codeOf(bob)
    // Without it, a join and a leave in one turn would not be announced.
    const bobJoined = '* guest-2 joined (terminal)'
    await vi.waitFor(() => expect(ann.transport.lines).toContain(bobJoined), HANGING_MS)
    bob.receive({ type: 'request', request: { type: 'bye' } })
    // The join of the third connection may be announced later.
    await vi.waitFor(() => expect(ann.transport.lines).toContain('* guest-2 left'), HANGING_MS)
    eve.receive(say('last words'), { type: 'request', request: { type: 'resume', code } })
    await vi.waitFor(
      () => expect(ann.transport.lines.at(-1)).toBe('* guest-2 joined (terminal)'),
      HANGING_MS,
    )
    expect(ann.transport.lines.slice(-3)[0]).toMatch('guest-3: last words')
  })

  test('joins with its hello, and sends the messages of others', async () => {
    const { open } = await server()
    const [ann, bob] = [open(), open()]
    for (const { receive } of [ann, bob]) receive(HELLO)
    await vi.waitFor(() => expect(bob.connection.session.name).toBe('guest-2'), HANGING_MS)
    ann.receive(say('hello'))
    await vi.waitFor(
      () => expect(bob.transport.lines.join()).toContain('guest-1: hello'),
      HANGING_MS,
    )
    expect(ann.transport.lines.join()).not.toContain('guest-1: hello')
  })

  test('that closes sends its goodbye last, and ends once', async () => {
    const { open, logged, connections } = await server()
    const { transport, connection, receive } = open()
    receive(HELLO, { type: 'request', request: { type: 'bye' } })
    await vi.waitFor(() => expect(transport.calls).toEqual(['end 1000']), HANGING_MS)
    expect(transport.lines.at(-1)).toBe('Goodbye, guest-1.')
    connection.close('too_slow')
    connection.gone('closed')
    connection.gone('closed again')
    expect(logged.filter(({ msg }) => msg === 'left')).toMatchObject([{ reason: 'bye' }])
    await vi.waitFor(() => expect([...connections.open]).toEqual([]), HANGING_MS)
  })

  test('that ends without a goodbye leaves, or holds its place if its dialect reconnects', async () => {
    const { open, room } = await server()
    for (const dialect of [lineDialect, jsonDialect]) {
      const { receive } = open(dialect)
      receive(HELLO, { type: 'end' })
    }
    await vi.waitFor(() => expect(room.counts).toMatchObject({ present: 0, held: 1 }), HANGING_MS)
  })

  test('that is gone delays a stop until its messages are in the log', async () => {
    const { open, roomLog, store, connections } = await server()
    const append = store.append.bind(store)
    let release = (): void => {}
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    store.append = async (drafts) => {
      await slow
      return append(drafts)
    }
    const { connection, receive } = open()
    receive(HELLO)
    await vi.waitFor(() => expect(connection.personId).toBeDefined(), HANGING_MS)
    receive(say('last words'))
    let hasEnded = false
    const closed = connections.closeAll('shutdown').then(() => {
      hasEnded = true
    })
    connection.gone('ECONNRESET')
    await new Promise(setImmediate)
    expect(hasEnded).toBe(false)
    release()
    await closed
    expect(roomLog.head()).toBe(1)
  })

  test('that breaks has what it sent before processed, at the rate of flood control', async () => {
    const clock = manualClock()
    const { open, roomLog, room } = await server({ flood: { perSecond: 100, burst: 5 }, clock })
    const { connection, receive, transport } = open()
    receive(HELLO)
    await vi.waitFor(() => expect(connection.personId).toBeDefined(), HANGING_MS)
    const fault = { type: 'fault', fault: { code: 'bad_message' } } as const
    receive(...Array.from({ length: 9 }, (_, at) => say(`${at}`)), fault, say('9'))
    const written = transport.lines.length
    connection.gone('ECONNRESET')
    await vi.waitFor(() => {
      clock.advance(10)
      expect(room.counts.present).toBe(0)
    }, HANGING_MS)
    expect(roomLog.head()).toBe(10)
    // The hello and four messages at once, and then one every 10 ms.
    expect(clock.now()).toBeGreaterThanOrEqual(70)
    expect(transport.lines).toHaveLength(written)
  })

  test('that breaks has no queries processed, which would delay its messages', async () => {
    const { open, roomLog } = await server({ flood: { perSecond: 100, burst: 2 } })
    const search = vi.spyOn(roomLog, 'search')
    const { connection, receive } = open()
    receive(HELLO)
    await vi.waitFor(() => expect(connection.personId).toBeDefined(), HANGING_MS)
    const query: Arrived = { type: 'request', request: { type: 'search', query: 'one' } }
    receive(say('one'), say('two'), query, say('three'))
    connection.gone('ECONNRESET')
    await vi.waitFor(() => expect(roomLog.head()).toBe(3), HANGING_MS)
    expect(search).not.toHaveBeenCalled()
  })

  test('that breaks has at most a minute of its messages processed', async () => {
    const clock = manualClock()
    const { open, roomLog, room, logged } = await server({
      flood: { perSecond: 0.01, burst: 1 },
      clock,
    })
    const { connection, receive } = open()
    receive(HELLO)
    await vi.waitFor(() => expect(connection.personId).toBeDefined(), HANGING_MS)
    receive(say('one'), say('two'), say('three'))
    connection.gone('ECONNRESET')
    await vi.waitFor(() => expect(roomLog.head()).toBe(1), HANGING_MS)
    clock.advance(60_000)
    await vi.waitFor(() => expect(room.counts.present).toBe(0), HANGING_MS)
    expect(roomLog.head()).toBe(1)
    expect(logged.map(({ msg }) => msg)).toContain('messages of a closed connection are dropped')
  })

  test('that breaks does not take the place of a person who has connected again', async () => {
    const { open, room } = await server({ flood: { perSecond: 0.1, burst: 2 } })
    const [ann, lost, back] = [open(), open(), open()]
    for (const { receive } of [ann, lost, back]) receive(HELLO)
    await vi.waitFor(() => expect(back.transport.lines[2]).toContain('/resume'), HANGING_MS)
    const code = await codeOf(ann)
    const resume: Arrived = { type: 'request', request: { type: 'resume', code } }
    // The second message waits for flood control.
    lost.receive(say('one'), say('two'), resume)
    lost.connection.gone('ECONNRESET')
    back.receive(resume)
    await vi.waitFor(() => expect(back.connection.session.name).toBe('guest-1'), HANGING_MS)
    lost.connection.close('shutdown')
    await vi.waitFor(
      () => expect(room.members.list(9).map(({ name }) => name)).toEqual(['guest-1']),
      HANGING_MS,
    )
    expect(back.transport.calls).toEqual([])
  })

  test('that is replaced has what it sent before processed, also after its person has left', async () => {
    const { open, room, roomLog } = await server({ flood: { perSecond: 100, burst: 2 } })
    const [ann, back] = [open(), open()]
    for (const { receive } of [ann, back]) receive(HELLO)
    await vi.waitFor(() => expect(ann.transport.lines[2]).toContain('/resume'), HANGING_MS)
    await vi.waitFor(() => expect(back.connection.personId).toBeDefined(), HANGING_MS)
    const code = await codeOf(ann)
    ann.receive(...Array.from({ length: 12 }, (_, at) => say(`${at}`)))
    back.receive({ type: 'request', request: { type: 'resume', code } })
    await vi.waitFor(() => expect(ann.transport.calls).toHaveLength(1), HANGING_MS)
    expect(ann.transport.lines.at(-1)).toContain('connected again')
    back.receive({ type: 'request', request: { type: 'bye' } })
    await vi.waitFor(() => expect(room.members.size).toBe(0), HANGING_MS)
    await vi.waitFor(() => expect(roomLog.head()).toBe(12), HANGING_MS)
    const events = await roomLog.read(1, 12)
    expect(events.map(({ from, text }) => `${from.name} ${text}`)).toEqual(
      Array.from({ length: 12 }, (_, at) => `guest-1 ${at}`),
    )
  })

  test('that is replaced before its first message is processed sends it as the member it was', async () => {
    const { open, room, roomLog } = await server({ flood: { perSecond: 100, burst: 1 } })
    const [lost, ann, back] = [open(), open(), open()]
    for (const { receive } of [lost, ann, back]) receive(HELLO)
    await vi.waitFor(() => expect(ann.transport.lines[2]).toContain('/resume'), HANGING_MS)
    const code = await codeOf(ann)
    const resume: Arrived = { type: 'request', request: { type: 'resume', code } }
    // Says something as guest-1, and becomes guest-2.
    lost.receive(say('as guest-1'), resume)
    await vi.waitFor(() => expect(lost.connection.session.name).toBe('guest-2'), HANGING_MS)
    lost.receive(...Array.from({ length: 5 }, () => ({ type: 'nothing' }) as const), say('late'))
    back.receive(resume, { type: 'request', request: { type: 'bye' } })
    await vi.waitFor(() => expect(room.members.size).toBe(0), HANGING_MS)
    await vi.waitFor(() => expect(roomLog.head()).toBe(2), HANGING_MS)
    const events = await roomLog.read(1, 2)
    expect(events.map(({ from, text }) => `${from.name}: ${text}`)).toEqual([
      'guest-1: as guest-1',
      'guest-2: late',
    ])
  })

  test('that drains for a stop queues no more replies than its outbox holds', async () => {
    const { open, connections, room } = await server({ flood: { perSecond: 0.1, burst: 1 } })
    const { connection, transport, receive } = open()
    receive(HELLO)
    await vi.waitFor(() => expect(connection.personId).toBeDefined(), HANGING_MS)
    let size = 0
    let take: (() => void) | undefined
    transport.write = (parts, done) => {
      for (const { encoded } of parts) size += encoded.size
      take = done
      return false
    }
    const fault = { type: 'fault', fault: { code: 'bad_message' } } as const
    receive(...Array.from({ length: 20_000 }, () => fault), say('last words'))
    const closed = connections.closeAll('shutdown')
    await vi.waitFor(() => expect(room.feed.seq).toBe(1), HANGING_MS)
    // The client has read nothing until here.
    while (take !== undefined) {
      const taken: () => void = take
      take = undefined
      taken()
    }
    expect(size).toBeLessThan(100_000)
    connection.gone('closed')
    await closed
  })

  test('that reads nothing and leaves a room is closed when the server stops', async () => {
    const clock = manualClock()
    const { connections, open, room } = await server({ clock })
    const [ann, bob] = [open(jsonDialect), open(jsonDialect)]
    for (const { receive } of [ann, bob]) receive(HELLO)
    await vi.waitFor(() => expect(room.counts.readers).toBe(2), HANGING_MS)
    ann.transport.write = () => false
    ann.transport.destroy = () => ann.connection.gone('destroyed')
    bob.transport.end = () => bob.connection.gone('ended')
    // The first write is never taken, so the second message waits.
    for (const seq of [1, 2]) {
      bob.receive(say('hello'))
      await vi.waitFor(() => expect(room.feed.seq).toBe(seq), HANGING_MS)
    }
    const leave = { type: 'leave', room: 'lobby' } as const
    ann.receive({ type: 'request', request: leave })
    await new Promise(setImmediate)
    let isClosed = false
    const closed = connections.closeAll('shutdown').then(() => {
      isClosed = true
    })
    await vi.waitFor(() => {
      clock.advance(2000)
      expect(isClosed).toBe(true)
    }, HANGING_MS)
    await closed
  })

  test('that breaks is finished at once when the server stops', async () => {
    const { open, roomLog, connections } = await server({ flood: { perSecond: 0.1, burst: 1 } })
    const { connection, receive } = open()
    receive(HELLO)
    await vi.waitFor(() => expect(connection.personId).toBeDefined(), HANGING_MS)
    receive(...Array.from({ length: 20 }, (_, at) => say(`${at}`)))
    connection.gone('ECONNRESET')
    await connections.closeAll('shutdown')
    expect(roomLog.head()).toBe(20)
  })

  test('without a hello is closed after a while', async () => {
    const { open } = await server({ helloMs: 20 })
    const { transport } = open()
    await vi.waitFor(() => expect(transport.calls).toEqual(['end 4000']), HANGING_MS)
  })

  test('that is asked for the code has ten minutes', async () => {
    const clock = manualClock()
    const doors = await testDoors(memoryStore(), clock, { type: 'code', words: 'amber fox' })
    const { open } = await server({ clock, doors })
    const { transport, connection, receive } = open()
    receive(LINE_HELLO)
    await vi.waitFor(() => expect(connection.session.isOutside).toBe(true))
    clock.advance(10_000)
    clock.advance(599_999)
    expect(transport.calls).toEqual([])
    clock.advance(1)
    await vi.waitFor(() => expect(transport.calls).toEqual(['end 4005']))
  })

  test('whose input fails is destroyed, and the others are not', async () => {
    const { open, logged } = await server()
    const [broken, other] = [open(), open()]
    broken.transport.next = () => {
      throw new Error('a bug')
    }
    broken.connection.received()
    expect(broken.transport.calls).toEqual(['destroy'])
    expect(logged.some(({ msg }) => msg === 'a connection failed')).toBe(true)
    other.receive(HELLO)
    await vi.waitFor(() => expect(other.connection.personId).toBeDefined(), HANGING_MS)
  })

  test('confirms a style in that style, and rejects lockstep mode if the transport has none', async () => {
    const { open } = await server()
    const { transport, receive } = open()
    receive(
      HELLO,
      { type: 'setting', setting: { type: 'style', change: { ascii: true } } },
      { type: 'setting', setting: { type: 'lockstep', on: true } },
    )
    await vi.waitFor(() => {
      expect(transport.lines.slice(-2)).toEqual([
        '/ascii is on now.',
        '! /turn works on raw TCP connections only.',
      ])
    }, HANGING_MS)
  })
})
