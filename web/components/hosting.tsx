/** The dialogs of hosts: a chunk of its own, loaded when the first one is opened. */
import { asked, isHost } from '../hosts.ts'
import type { Session } from '../session.ts'
import { HostKey } from './hostkey.tsx'
import { HostMenu } from './hostmenu.tsx'
import { HostRoom } from './hostroom.tsx'
import { usePart } from './part.ts'

type Props = { session: Session; onClose: () => void }

export function Hosting({ session, onClose }: Props) {
  const hosting = usePart(session, isHost)
  const { value } = asked
  if (value?.type === 'person')
    return <HostMenu session={session} about={value} onClose={onClose} />
  return hosting.value ? (
    <HostRoom session={session} onClose={onClose} />
  ) : (
    <HostKey session={session} onClose={onClose} />
  )
}
