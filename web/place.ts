/**
 * The address of the page: `r/ROOM`, below its root, for each room but the lobby, and for a conversation a path
 * that means something in this tab only. The history of the browser leads back to the room that
 * was shown before.
 */
import { effect } from '@preact/signals'
import { addressedRoom } from './addressed.ts'
import { root } from './root.ts'
import type { Session } from './session.ts'
import { isSameRoom, knownRoom, LOBBY } from './state.ts'

export function watchPlace(session: Session): void {
  const room = session.select((state) => state.room)
  const notice = session.select((state) => state.notice)
  effect(() => {
    // Also when a notice says that the room of the address cannot be entered.
    notice.value
    const addressed = addressedRoom()
    if (addressed === room.value) return
    const path = room.value === LOBBY ? root : `${root}r/${encodeURIComponent(room.value)}`
    // An address that leads nowhere, or has the name in another case, is replaced.
    const isSame = isSameRoom(addressed, room.value)
    const isReachable = !isSame && knownRoom(session.peek(), addressed) !== undefined
    const url = path + location.search + (isSame ? location.hash : '')
    history[isReachable ? 'pushState' : 'replaceState'](null, '', url)
  })
  addEventListener('popstate', async () => {
    const rooms = await import('./rooms.ts').catch(() => null)
    rooms?.enter(session, addressedRoom())
  })
}
