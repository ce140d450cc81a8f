import { expect, it } from 'vitest'
import { Arrivals } from '../../../../server/terminal/console/arrivals.ts'

function arrivals(...records: Record<string, unknown>[]): string[] {
  const lines: string[] = []
  const all = new Arrivals((line) => lines.push(line))
  for (const record of records) all.take(record)
  return lines
}

const ann = { msg: 'connected', connection: 1, remote: '127.0.0.1:51471', via: 'tcp' }
const LINE = "Connected client : ('127.0.0.1', 51471)"

it('has the name of a client that joins at once, also if others come between', () => {
  const bob = { msg: 'connected', connection: 2, remote: '::ffff:10.0.0.1:80', via: 'web' }
  expect(
    arrivals(
      ann,
      bob,
      { msg: 'joined', connection: 2, name: 'Bob' },
      { msg: 'joined', connection: 1, name: 'guest-1' },
      { msg: 'left', connection: 1, name: 'guest-1', reason: 'bye' },
    ),
  ).toEqual(["Connected client : ('::ffff:10.0.0.1', 80) Bob", `${LINE} guest-1`])
})

it('has no name if the client leaves before it has one, and waits no longer than a moment', async () => {
  expect(arrivals(ann, { msg: 'left', connection: 1, reason: 'closed' })).toEqual([LINE])
  const lines: string[] = []
  new Arrivals((line) => lines.push(line)).take(ann)
  expect(lines).toEqual([])
  await expect.poll(() => lines).toEqual([LINE])
})

it('names the other server of a relay, and is silent about the console', () => {
  const relay = { msg: 'connected', via: 'relay', remote: 'chat.example:9000' }
  expect(arrivals(relay, { msg: 'connected', remote: 'console', via: 'server' })).toEqual([
    'Connected to chat.example:9000',
  ])
})

it('contains nothing that acts on the terminal', () => {
  const lines = arrivals({ ...ann, remote: 'a\x1b[2J:1' }, { msg: 'left', connection: 1 })
  expect(lines.join()).not.toContain('\x1b')
})
