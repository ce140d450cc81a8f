/** Who is writing just now. The line keeps its place when nobody is. */
import { useMemo } from 'preact/hooks'
import type { Session } from '../session.ts'

export function Typing({ session }: { session: Session }) {
  const typing = useMemo(() => session.select((state) => state.typing), [session])
  const names = typing.value.map(({ person }) => person.name)
  return <p class="typing">{sentenceFor(names)}</p>
}

function sentenceFor(names: readonly string[]): string {
  const [first, second] = names
  if (first === undefined) return ''
  if (second === undefined) return `${first} is typing …`
  if (names.length === 2) return `${first} and ${second} are typing …`
  return `${names.length} people are typing …`
}
