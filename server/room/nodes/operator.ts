/** Which person the operator of a server is, where several servers share a store. */
import { OPERATOR_ID, operatorIdAt } from '../token.ts'
import type { Nodes } from './nodes.ts'

/**
 * The same after a restart. `place`: of this server. Another machine can have the same place, by a
 * copied host name; then the one that starts later is another person, until it stops.
 */
export async function operatorIdOf(
  nodes: Pick<Nodes, 'isElsewhere'> | undefined,
  place: string,
): Promise<string> {
  if (nodes === undefined) return OPERATOR_ID
  const id = operatorIdAt(place)
  // If it cannot be told, two consoles MUST NOT take each other's place.
  return (await nodes.isElsewhere(id).catch(() => true)) ? operatorIdAt(undefined) : id
}
