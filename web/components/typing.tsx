/** The members who are typing, in a line that is there before: a chunk of its own. */
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { usePart } from './part.ts'

export function Typing({ session }: { session: Session }) {
  const typing = usePart(session, (state) => state.typing)
  const names = typing.value.map(({ person }) => person.name)
  return <>{more.typing(names, names.length)}</>
}
