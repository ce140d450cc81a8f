/** How a person keeps the name that they have, or gives up the one that they keep. */
import type { Register } from '../../../shared/requests.ts'
import type { Self } from './self.ts'

export async function register(self: Self, { on = true }: Register): Promise<void> {
  const { person } = self
  if (person === undefined) return
  const { registrations } = self.rooms.people
  const fault = await registrations.register(person.id, on ? person.name : undefined)
  if (fault !== undefined) return self.refuse(fault)
  self.reply({ type: 'registered', ...(on && { name: person.name }) })
}
