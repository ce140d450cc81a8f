/** The members who are typing. The line keeps its height when it is empty. */
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { usePart } from './part.ts'

export function Typing({ session }: { session: Session }) {
  const typing = usePart(session, (state) => state.typing)
  const names = typing.value.map(({ person }) => person.name)
  return <p class="typing">{texts.typing(names, names.length)}</p>
}
