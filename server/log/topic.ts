/** The topics of rooms: an event of this kind sets the topic to its text. */
import type { Draft } from '../room/log.ts'

export const TOPIC: string = 'topic'

/** The topic after these drafts; undefined if none of them sets it. */
export function latestTopic(drafts: readonly Draft[]): string | undefined {
  return drafts.findLast(({ kind }) => kind === TOPIC)?.text
}
