/** Rooms with a store in memory, for tests without sockets. */
import { onTestFinished } from 'vitest'
import { systemClock } from '../../server/clock.ts'
import { memoryStore } from '../../server/log/memory.ts'
import { Rooms, type RoomsOptions } from '../../server/room/rooms.ts'

function fail(error: unknown): void {
  throw error
}

/** Closed when the test is over, unless the test does so itself. A fault or a bug fails the test. */
export async function testRooms(options: Partial<RoomsOptions> = {}): Promise<Rooms> {
  const rooms = await Rooms.open({
    store: memoryStore(),
    clock: systemClock,
    lobby: 'lobby',
    rule: { type: 'open' },
    absenceMs: 0,
    feedBytes: 1_000_000,
    onLogFault: fail,
    onBug: fail,
    ...options,
  })
  onTestFinished(() => rooms.close())
  return rooms
}
