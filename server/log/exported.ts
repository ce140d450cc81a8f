/** What an export has: the same for each engine that keeps the log. */
import type { Times } from '../../shared/dialect/style.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { TranscriptFormat } from '../../shared/transcript/format.ts'
import { isWithin, type Range } from '../../shared/transcript/moment.ts'
import { type Subject, transcriptOf } from '../../shared/transcript/transcript.ts'

/** `room`: only the room with this name. `direct`: also what was written to one person alone. */
export type Selection = { room?: string | undefined; direct: boolean }

export type ExportOptions = Selection & { format: TranscriptFormat; range?: Range; times?: Times }

/** A log that is exported. */
export type Exported = Subject & { number: number }

const ALWAYS: Range = { from: undefined, to: undefined }
/** In the time zone of this machine. */
const TIMES: Times = { offset: undefined, seconds: false }

/** Returns the title, and what prints the next events of the log. */
export function printerFor(
  log: Exported,
  { format, range = ALWAYS, times = TIMES }: ExportOptions,
  isOneOfSeveral: boolean,
): { title: string; print: (events: readonly RoomEvent[]) => string } {
  const transcript = transcriptOf(log, { format, isOneOfSeveral, times })
  return {
    title: transcript.title,
    print: (events) => transcript.write(events.filter(({ at }) => isWithin(Date.parse(at), range))),
  }
}
