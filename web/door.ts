/**
 * The door: the room code, from the link to the page (`#code=…`), as it was typed, or from the server;
 * and the token, which is as good over HTTP.
 */
import { read, write } from './store.ts'

const CODE = 'oneroom.code'
/** `pass`: without a code, fields of the hello. `request`: over HTTP; has the token, once it is known. */
export const door = { pass: {} as { knock?: true }, request: {} as RequestInit }
const IN_LINK = /^#code=(.+)/u

/** Takes the code out of the address, so that it is not shown or shared by accident. */
export function takeCode(): void {
  const [, code] = IN_LINK.exec(location.hash) ?? []
  if (code === undefined) return
  history.replaceState(null, '', location.pathname + location.search)
  try {
    keepCode(decodeURIComponent(code))
  } catch {
    // The link is damaged: the form asks for the code.
  }
}

/** Also for a browser without a storage. */
let kept: string | null = null

/** null if no code is known. */
export function knownCode(): string | null {
  return kept ?? read('localStorage', CODE)
}

export function keepCode(code: string | null): void {
  kept = code
  write('localStorage', CODE, code)
}
