/** Whether a new connection is accepted, before anything of it is read. */
import type { ErrorCode } from '../../../shared/errors.ts'
import type { Network } from '../../room/doors/networks.ts'
import type { Rooms } from '../../room/rooms.ts'
import type { Connections } from './connections.ts'

export type Admitted = { source: Network; refusal: ErrorCode | undefined }

/** Counts the connection, unless it is rejected: `refusal` is the code of the error then. */
export function admit(
  address: string | undefined,
  { rooms, connections }: { rooms: Rooms; connections: Connections },
): Admitted {
  const { networks } = rooms.doors
  const source = networks.of(address ?? '')
  const refusal = connections.refusal ?? networks.connect(source)
  if (refusal !== undefined) {
    rooms.tally.refused(refusal)
    connections.noteRejected(source.name, refusal)
  }
  return { source, refusal }
}
