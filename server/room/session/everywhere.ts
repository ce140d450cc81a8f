/** How a person arrives where several servers share a store: at all of them, or at none. */
import type { Arrival, Returning } from '../people.ts'
import type { Room } from '../room.ts'
import type { Greeting, Self } from './self.ts'

/** Attempts to arrive, if each time a person at another node takes the name first. */
const MOST_CLAIMS = 5
/** After each of them, the number of a guest is one of so many times more. */
const SPREAD = 10

/**
 * Undefined if the connection was closed meanwhile. `room`: which the person enters. `words`: of the room
 * code, if the person has given it.
 */
export async function arriveEverywhere(
  self: Self,
  wanted: Pick<Greeting, 'name' | 'take'>,
  returning: Returning | undefined,
  room: Room,
  words: string | undefined,
): Promise<Arrival | undefined> {
  const { people, store, others } = self.rooms
  for (let attempt = 1; ; attempt += 1) {
    const arrival = people.arrive(self.reader, wanted, returning, SPREAD ** (attempt - 1))
    if (!arrival.ok || store.nodes === undefined) return arrival
    const { id } = arrival.person
    const fault = await people.everywhere.confirm(arrival.person, room, words)
    if (fault === undefined) others?.arrived(id)
    if (fault === undefined && self.state === 'entering') return arrival
    people.depart(id, self.reader)
    people.everywhere.settle(id)
    if (fault === undefined || self.state !== 'entering') return undefined
    if (fault.code !== 'name_taken' || attempt === MOST_CLAIMS) return { ok: false, fault }
    // Another node was faster. With its news, this one suggests another name.
    await store.nodes.refresh()
    if (self.state !== 'entering') return undefined
  }
}
