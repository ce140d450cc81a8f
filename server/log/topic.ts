/** The topics of rooms: an event of this kind sets the topic to its text. */
import type { Draft } from '../room/log.ts'

export const TOPIC: string = 'topic'

/** The topic after these drafts; undefined if none of them sets it. */
export function latestTopic(
  drafts: readonly Pick<Draft, 'kind' | 'text' | 'act'>[],
): string | undefined {
  const last = drafts.findLast(({ kind, act }) => kind === TOPIC || removesTopic(act))
  return last?.act === undefined ? last?.text : ''
}

function removesTopic(act: Draft['act']): boolean {
  return act?.type === 'redact' && act.topic === true
}
