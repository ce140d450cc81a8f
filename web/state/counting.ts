/** Members by the kind of their connection. Loaded with the list of members, not with the page. */
import type { Person } from '../../shared/protocol.ts'

export type Kind = 'web' | 'terminal' | 'server'

/** Members by the kind of their connection, of those known by name. */
export function countByKind(members: Iterable<Person>): Record<Kind, number> {
  const counts: Record<Kind, number> = { web: 0, terminal: 0, server: 0 }
  for (const { via } of members) counts[via === 'web' || via === 'server' ? via : 'terminal']++
  return counts
}
