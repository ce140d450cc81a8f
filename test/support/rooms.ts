/** Rooms with a store in memory, for tests without sockets. */
import { onTestFinished } from 'vitest'
import { systemClock } from '../../server/clock.ts'
import { memoryStore } from '../../server/log/memory.ts'
import type { Clock } from '../../server/room/clock.ts'
import { type DoorRule, Doors } from '../../server/room/doors/doors.ts'
import { Network, type NetworkLimits, Networks } from '../../server/room/doors/networks.ts'
import type { Store } from '../../server/room/log.ts'
import { UNLIMITED } from '../../server/room/rate.ts'
import { Rooms, type RoomsOptions } from '../../server/room/rooms.ts'

function fail(error: unknown): void {
  throw error
}

/** No limits by address. */
export const NO_LIMITS: NetworkLimits = {
  connections: Infinity,
  connects: UNLIMITED,
  messages: UNLIMITED,
  joins: UNLIMITED,
  renames: UNLIMITED,
  codes: UNLIMITED,
  presence: UNLIMITED,
}

/** The network of a connection without a socket. */
export const testNetwork = new Network(
  { network: 'test', isTrusted: false, isLocal: true },
  undefined,
  systemClock,
)

/** Doors without limits by address. */
export function testDoors(
  store: Store,
  clock: Clock,
  rule: DoorRule = { type: 'open' },
): Promise<Doors> {
  const networks = new Networks({
    limits: NO_LIMITS,
    clock,
    maxConnections: 1000,
    limitsLocal: false,
    originOf: (network) => ({ network, isTrusted: false, isLocal: true }),
  })
  return Doors.open({ store, clock, networks, rule })
}

/** Closed when the test is over, unless the test does so itself. A fault or a bug fails the test. */
export async function testRooms(options: Partial<RoomsOptions> = {}): Promise<Rooms> {
  const { store = memoryStore(), clock = systemClock } = options
  const rooms = await Rooms.open({
    store,
    clock,
    doors: await testDoors(store, clock),
    lobby: 'lobby',
    rule: { type: 'open' },
    absenceMs: 0,
    reserve: false,
    feedBytes: 1_000_000,
    onLogFault: fail,
    onBug: fail,
    ...options,
  })
  onTestFinished(() => rooms.close())
  return rooms
}
