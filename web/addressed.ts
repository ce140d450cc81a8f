/** The room that the address of the page names; see place.ts. */
import { root } from './root.ts'
import { LOBBY } from './state.ts'

export function addressedRoom(): string {
  const [, name = LOBBY] = /^r\/([^/]+)/u.exec(location.pathname.slice(root.length)) ?? []
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
