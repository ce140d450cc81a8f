/** How many members there are, by the kind of their connection. */
import { texts } from '../language.ts'
import { countByKind, type State } from '../state.ts'

/** For example "3 web · 5 terminal". */
export function countsText({ members, memberCount }: State): string {
  const { web, terminal, server } = countByKind(members.values())
  const parts = [
    [web, texts.counts.web],
    [terminal, texts.counts.terminal],
    [server, texts.counts.server],
    [memberCount - members.size, texts.counts.more],
  ] as const
  const named = parts.filter(([count]) => count > 0).map(([count, say]) => say(count))
  return named.join(' · ') || texts.nobodyYet
}
