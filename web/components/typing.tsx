/** The members who are typing. The line keeps its height when it is empty. */
import { useMemo } from 'preact/hooks'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'

export function Typing({ session }: { session: Session }) {
  const typing = useMemo(() => session.select((state) => state.typing), [session])
  const names = typing.value.map(({ person }) => person.name)
  return <p class="typing">{texts.typing(names, names.length)}</p>
}
