import { describe, expect, it } from 'vitest'
import {
  Connection,
  type ConnectionPhase,
  type TransportEvents,
} from '../../../shared/client/connection.ts'
import type { ServerMessage } from '../../../shared/replies.ts'
import type { ClientMessage } from '../../../shared/requests.ts'
import { welcome } from './fixtures.ts'

/** Time that passes when a test says so. */
class TestClock {
  time = 1_000
  chance = 1
  #timers = new Set<{ at: number; run: () => void }>()

  now = (): number => this.time
  random = (): number => this.chance

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  pass(ms: number): void {
    const until = this.time + ms
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at)
      if (next === undefined || next.at > until) break
      this.#timers.delete(next)
      this.time = next.at
      next.run()
    }
    this.time = until
  }
}

/** A connection over transports that a test plays. */
class Played {
  readonly clock = new TestClock()
  readonly phases: ConnectionPhase[] = []
  readonly received: ServerMessage[] = []
  readonly transports: {
    events: TransportEvents
    sent: ClientMessage[]
    closed?: 'after bye' | 'at once'
  }[] = []
  readonly connection: Connection

  constructor({ retriesFirst = true } = {}) {
    const options = {
      connect: (events: TransportEvents) => {
        const transport: Played['transports'][number] = { events, sent: [] }
        this.transports.push(transport)
        return {
          silence: 'silent',
          send: (message: ClientMessage) => transport.sent.push(message) > 0,
          close: (afterBye: boolean) => {
            transport.closed = afterBye ? 'after bye' : 'at once'
          },
        }
      },
      createHello: () => ({ type: 'hello', protocol: 1 }) as const,
      onMessage: (message: ServerMessage) => this.received.push(message),
      onPhase: (phase: ConnectionPhase) => this.phases.push(phase),
      retriesFirst,
    }
    this.connection = new Connection(options, this.clock)
  }

  get last() {
    return this.transports.at(-1) as Played['transports'][number]
  }

  get phase() {
    return this.phases.at(-1)
  }

  enter(): this {
    this.connection.open()
    this.last.events.opened()
    this.last.events.received(welcome())
    return this
  }
}

const taken = { type: 'error', code: 'name_taken', message: 'That name is taken.' } as const
const unknown = { ...taken, code: 'room_unknown', room: 'nowhere' } as const

describe('a connection', () => {
  it('sends hello when it opens, and nothing else before welcome', () => {
    const played = new Played()
    played.connection.open()
    expect(played.phase).toEqual({ phase: 'connecting' })
    played.last.events.opened()
    expect(played.connection.send({ type: 'say', text: 'x' })).toBe(false)
    played.last.events.received(welcome())
    expect(played.connection.send({ type: 'say', text: 'x' })).toBe(true)
    expect(played.last.sent.map(({ type }) => type)).toEqual(['hello', 'say'])
  })

  it('waits up to twice as long after each failed attempt, and at most 15 seconds', () => {
    const played = new Played().enter()
    const waits: number[] = []
    for (let attempt = 0; attempt < 7; attempt++) {
      played.last.events.closed('gone')
      const { phase } = played
      if (phase?.phase !== 'waiting') throw new Error('not waiting')
      waits.push(phase.retryAt - played.clock.now())
      played.clock.pass(waits.at(-1) as number)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
    expect(played.transports).toHaveLength(8)
  })

  it('waits for a host as long as it takes, and tries again only if the connection breaks', () => {
    const played = new Played()
    played.connection.open()
    played.last.events.opened()
    played.clock.pass(9_000)
    played.last.events.received({ type: 'knocking', message: 'wait' })
    played.clock.pass(600_000)
    expect([played.transports.length, played.phase]).toEqual([1, { phase: 'connecting' }])
    played.last.events.closed('gone')
    expect(played.phase).toMatchObject({ phase: 'waiting' })
    played.clock.pass(1_000)
    played.last.events.opened()
    played.last.events.received({ type: 'knocking', message: 'wait' })
    played.last.events.received({ ...taken, code: 'turned_away' })
    played.last.events.closed('')
    expect(played.phase).toEqual({ phase: 'idle' })
  })

  it('makes half of the wait random', () => {
    const played = new Played().enter()
    played.clock.chance = 0
    played.last.events.closed('gone')
    expect(played.phase).toEqual({ phase: 'waiting', retryAt: 1500, why: 'gone' })
  })

  it('starts the waits from the beginning after a connection of five seconds', () => {
    const played = new Played().enter()
    for (const seconds of [0, 4, 5]) {
      played.clock.pass(seconds * 1000)
      played.last.events.closed('')
      const { phase } = played
      const wait = phase?.phase === 'waiting' ? phase.retryAt - played.clock.now() : 0
      expect(wait).toBe(seconds === 4 ? 2000 : 1000)
      played.clock.pass(wait)
      played.last.events.opened()
      played.last.events.received(welcome())
    }
  })

  it('gives up an attempt without welcome after ten seconds', () => {
    const played = new Played()
    played.connection.open()
    played.clock.pass(9_000)
    played.last.events.opened()
    played.clock.pass(9_999)
    expect(played.phase).toEqual({ phase: 'connecting' })
    played.clock.pass(1)
    expect(played.phase).toMatchObject({ phase: 'waiting', why: 'silent' })
    expect(played.last.closed).toBe('at once')
  })

  it('ends without a retry when the server was never reached, if asked to', () => {
    const played = new Played({ retriesFirst: false })
    played.connection.open()
    played.last.events.closed('refused')
    expect(played.phase).toEqual({ phase: 'ended', why: 'refused' })
    played.clock.pass(60_000)
    expect(played.transports).toHaveLength(1)
    played.enter().last.events.closed('gone')
    expect(played.phase).toMatchObject({ phase: 'waiting' })
  })

  it.each<[string, (events: TransportEvents) => void]>([
    ['the close code of another connection', ({ closed }) => closed('', true)],
    ['the error of another connection', ({ received }) => received({ ...taken, code: 'replaced' })],
    ['a host who removed it', ({ received }) => received({ ...taken, code: 'kicked' })],
    ['a host who banned it', ({ received }) => received({ ...taken, code: 'banned' })],
  ])('ends, and does not reconnect, as %s says', (_, replace) => {
    const played = new Played().enter()
    replace(played.last.events)
    expect(played.phase).toMatchObject({ phase: 'ended' })
    played.clock.pass(60_000)
    expect(played.transports).toHaveLength(1)
    played.connection.open()
    expect(played.transports).toHaveLength(2)
  })

  it.each([
    ['name', taken],
    ['room', unknown],
  ])('sends hello again over the same connection after a rejected %s', (_, rejection) => {
    const played = new Played()
    played.connection.open()
    played.last.events.opened()
    played.last.events.received(rejection)
    // A person who chooses a name may take longer than the time limit.
    played.clock.pass(60_000)
    played.connection.open()
    expect(played.transports).toHaveLength(1)
    expect(played.last.sent).toHaveLength(2)
    played.clock.pass(10_000)
    expect(played.phase).toMatchObject({ phase: 'waiting' })
  })

  it('does not reconnect while a person chooses another name', () => {
    const played = new Played()
    played.connection.open()
    played.last.events.opened()
    played.last.events.received(taken)
    played.last.events.closed('gone')
    expect(played.phase).toEqual({ phase: 'idle' })
    played.clock.pass(60_000)
    expect(played.transports).toHaveLength(1)
  })

  it('stays in the room when the server rejects a new name', () => {
    const played = new Played().enter()
    played.last.events.received(taken)
    expect(played.connection.send({ type: 'say', text: 'x' })).toBe(true)
  })

  it('reconnects at once on wake, and only while it waits', () => {
    const played = new Played().enter()
    played.connection.wake()
    expect(played.transports).toHaveLength(1)
    played.last.events.closed('gone')
    played.connection.wake()
    expect(played.transports).toHaveLength(2)
  })

  it('holds the next attempt until wake', () => {
    const played = new Played().enter()
    played.last.events.closed('gone')
    played.connection.hold()
    played.clock.pass(60_000)
    expect(played.transports).toHaveLength(1)
    played.connection.wake()
    expect(played.transports).toHaveLength(2)
  })

  it('renews a connection that is in the room, and ignores the old one from then on', () => {
    const played = new Played()
    played.connection.open()
    played.connection.renew()
    expect(played.transports).toHaveLength(1)
    const old = played.enter().last
    played.connection.renew()
    const count = played.received.length
    old.events.received(welcome())
    old.events.closed('gone')
    expect(played.received).toHaveLength(count)
    expect(played.phase).toEqual({ phase: 'connecting' })
    expect(old.closed).toBe('at once')
  })

  it('sends bye when it leaves, and does not reconnect', () => {
    const played = new Played().enter()
    played.connection.leave()
    expect(played.last.sent.at(-1)).toEqual({ type: 'bye' })
    expect(played.last.closed).toBe('after bye')
    expect(played.phase).toEqual({ phase: 'idle' })
    played.last.events.closed('gone')
    played.clock.pass(60_000)
    expect(played.transports).toHaveLength(1)
  })
})
