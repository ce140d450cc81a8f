/** The people that a message may be for: the order in which the completion offers them. */
import type { Person } from '../shared/protocol.ts'
import type { State } from './state.ts'

const collator = new Intl.Collator()

type Known = Pick<State, 'members' | 'me' | 'entries' | 'ahead'>

/** The other members: the one who spoke last first, then by name, and the server's own at the end. */
export function likely({ members, me, entries, ahead }: Known): Person[] {
  const spokeAt = new Map<string, number>()
  for (const entry of [...entries, ...ahead]) {
    if (entry.kind === 'event') spokeAt.set(entry.event.from.id, entry.event.seq)
  }
  const order = ({ id, via }: Person) => (via === 'server' ? -1 : (spokeAt.get(id) ?? 0))
  return [...members.values()]
    .filter(({ id }) => id !== me?.id)
    .sort((one, other) => order(other) - order(one) || collator.compare(one.name, other.name))
}
