/** Replies to requests that the client settles itself. */
import type { Command } from '../../../shared/command.ts'
import type { Request } from '../../../shared/dialect/dialect.ts'
import { nameList, replyLines } from '../../../shared/dialect/replies.ts'
import { helpAbout, helpLines } from '../../../shared/help.ts'
import { wrap } from '../../../shared/wrap.ts'
import type { Conversation } from './conversation.ts'

/** UTF-8 bytes of names in the reply to /who. */
const NAMES_BYTES = 16_384

/** `offered`: the commands that /help lists. `columns`: width of the terminal. */
export function localReply(
  request: Request,
  { me, members, memberCount, room, topic }: Conversation,
  offered: readonly Command[],
  columns: number,
): string[] {
  switch (request.type) {
    case 'who': {
      const where = room === undefined ? 'here' : `in ${room}`
      const list = nameList([...members.values()], memberCount, NAMES_BYTES)
      return wrap(`* ${memberCount} ${where}: ${list}`.split(' '), columns)
    }
    case 'show_topic':
      return replyLines({ type: 'topic_is', topic, changed: false }, columns)
    case 'help':
      return request.about
        ? helpAbout(request.about, columns)
        : helpLines(columns, offeredTo(me?.role === 'host', offered))
    case 'show_code':
    case 'resume':
      return ['! Not needed here: this client resumes by itself after it reconnects.']
    case 'wire':
      return ['! Not here: oneroom wire shows it, and so does the page.']
    default:
      // A typed line is nothing else.
      return []
  }
}

function offeredTo(isHost: boolean, offered: readonly Command[]): readonly Command[] {
  return offered.filter(({ ofHosts }) => isHost || ofHosts === undefined)
}
