/** What the codecs cost, each alone: the time for one message of 100 bytes. */
import { afterAll, test } from 'vitest'
import { LineDecoder } from '../../server/net/raw/lines.ts'
import { jsonDialect } from '../../shared/dialect/json.ts'
import { lineDialect } from '../../shared/dialect/line.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { sanitise } from '../../shared/text.ts'
import { row, table } from './table.ts'

const MESSAGES = 500
const ROUNDS = 200

const text = 'x'.repeat(100)
const emoji = '🙂é'.repeat(17)
const say = JSON.stringify({ type: 'say', id: 'b1f4a3e0-1', text })
const event = (seq: number): RoomEvent => ({
  seq,
  at: '2026-11-22T12:21:15.123Z',
  kind: 'message',
  from: { id: 'AbCdEfGhIjKl', name: 'guest-1', via: 'tcp' },
  text,
})
const events = {
  type: 'events' as const,
  events: Array.from({ length: MESSAGES }, (_, at) => event(at)),
}
const chunk = Buffer.from(`${text}\n`.repeat(MESSAGES))
const line = lineDialect.open()
const json = jsonDialect.open()

const codecs: Record<string, () => unknown> = {
  'bytes to lines'() {
    const decoder = new LineDecoder(4096)
    decoder.push(chunk)
    let count = 0
    while (decoder.next() !== undefined) count += 1
    return count
  },
  'a line to what it asks': () => each(() => line.decode(text)),
  'a JSON say to what it asks': () => each(() => json.decode(say)),
  'sanitise, ASCII': () => each(() => sanitise(text)),
  'sanitise, emoji': () => each(() => sanitise(emoji)),
  'events to lines': () => line.encode(events),
  'events to JSON': () => json.encode(events),
}

function each(run: () => unknown): void {
  for (let at = 0; at < MESSAGES; at += 1) run()
}

test.each(Object.entries(codecs))('%s', (name, run) => {
  for (let round = 0; round < ROUNDS * 2; round += 1) {
    const began = performance.now()
    run()
    // The first half warms the compiler up.
    if (round >= ROUNDS) row(name, 'ns', ((performance.now() - began) * 1e6) / MESSAGES)
  }
})

afterAll(() => table('The codecs, for each message'))
