/** Shows a person their own bytes on the wire, and a host those of everybody. */
import { sanitise } from '../../../shared/text.ts'
import type { Self } from './self.ts'

/** `name`: undefined for the own connections. */
export async function showWire(self: Self, name: string | undefined): Promise<void> {
  const { rooms, id } = self
  const { wire } = rooms
  if (id === undefined || wire === undefined) return
  if (name !== undefined && !self.isHost) return self.refuse({ code: 'not_host' })
  let person: { id: string } | undefined = { id }
  try {
    if (name !== undefined) person = await self.findPerson(name)
  } catch {
    return self.refuse({ code: 'history_unavailable' })
  }
  if (self.state !== 'member') return
  if (person === undefined) {
    const message = `There is nobody called ${sanitise(name ?? '')}.`
    return self.refuse({ code: 'person_unknown', message })
  }
  self.reply({ type: 'wire', lines: wire.linesOf(person.id, id) })
}
