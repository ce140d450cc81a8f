/** A message that was not sent becomes a draft again. Loaded after the page is drawn. */
import { answering } from './answering.ts'
import type { Spoken } from './draft.ts'
import type { Session } from './session.ts'
import { LOBBY, type Pending } from './state.ts'

/** Moves the message back into the composer. */
export function edit(session: Session, message: Pending): void {
  const { id, room = LOBBY, reply, quote } = message
  session.act({ type: 'delete', id })
  if (reply && quote) answering.value = { room, reply, quote }
  session.rewrite.value = (draft) => [draftOf(message), draft].filter(Boolean).join('\n')
}

/** The draft that sends this message. */
export function draftOf({ text, action }: Spoken): string {
  if (action) return `/me ${text}`
  return /^\/.*$/u.test(text) ? `/${text}` : text
}
